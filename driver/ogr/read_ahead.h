// read_ahead: pieces of a result, made in other threads before they are asked for.
#ifndef MAPFLOW_READ_AHEAD_H
#define MAPFLOW_READ_AHEAD_H

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <utility>

// One reader at a time. A piece covers positions [begin, end) and is made by a function that may
// run in any thread.
template <class Piece> class OGRMapflowReadAhead
{
  public:
    using Maker = std::function<Piece(uint64_t begin, uint64_t end)>;

    // The piece that begins at `position`, of at most `step` positions below `count`. Begins to
    // make those behind it, in the expectation that they are wanted next.
    Piece Take(uint64_t position, uint64_t count, uint64_t step, const Maker &make)
    {
        if (!m_pieces.empty() && m_pieces.front().first != position)
            m_pieces.clear(); // the reader has moved
        uint64_t begin = m_pieces.empty() ? position : m_pieces.back().first + step;
        for (; m_pieces.size() < AHEAD && begin < count; begin += step)
        {
            const uint64_t end = std::min(begin + step, count);
            m_pieces.emplace_back(begin, std::async(std::launch::async, make, begin, end));
        }
        Piece piece = m_pieces.front().second.get();
        m_pieces.pop_front();
        return piece;
    }

    // Forgets what was made; waits for what is being made.
    void Clear() { m_pieces.clear(); }

  private:
    // As many as a small machine has processors. More would hold more memory, and who reads needs
    // one too.
    static constexpr size_t AHEAD = 2;

    std::deque<std::pair<uint64_t, std::future<Piece>>> m_pieces{};
};

#endif
