// read_ahead: pieces of a result, made in other threads before they are asked for.
#ifndef MAPFLOW_READ_AHEAD_H
#define MAPFLOW_READ_AHEAD_H

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <system_error>
#include <utility>

#include "base/thread.h"

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
        if (IsInherited() || (!m_pieces.empty() && m_pieces.front().first != position))
            Clear(); // the reader has moved
        m_generation = mf_fork_generation();
        uint64_t begin = m_pieces.empty() ? position : m_pieces.back().first + step;
        for (; m_pieces.size() < AHEAD && begin < count; begin += step)
        {
            const uint64_t end = std::min(begin + step, count);
            m_pieces.emplace_back(begin, Begin(make, begin, end));
        }
        Piece piece = m_pieces.front().second.get();
        m_pieces.pop_front();
        return piece;
    }

    // Forgets what was made; waits for what is being made.
    void Clear()
    {
        if (IsInherited())
            (void)new Pieces(std::move(m_pieces)); // they would be waited for, without an end
        m_pieces.clear();
    }

    ~OGRMapflowReadAhead() { Clear(); }
    OGRMapflowReadAhead() = default;
    OGRMapflowReadAhead(const OGRMapflowReadAhead &) = delete;
    OGRMapflowReadAhead &operator=(const OGRMapflowReadAhead &) = delete;

  private:
    using Pieces = std::deque<std::pair<uint64_t, std::future<Piece>>>;

    // Whether those who make them have stayed behind in the process that this one was forked from.
    bool IsInherited() const { return m_generation != mf_fork_generation(); }

    // Where the system gives no thread, a piece is made when it is taken.
    static std::future<Piece> Begin(const Maker &make, uint64_t begin, uint64_t end)
    {
        try
        {
            return std::async(std::launch::async, make, begin, end);
        }
        catch (const std::system_error &)
        {
            return std::async(std::launch::deferred, make, begin, end);
        }
    }

    // As many as a small machine has processors. More would hold more memory, and who reads needs
    // one too.
    static constexpr size_t AHEAD = 2;

    Pieces m_pieces{};
    unsigned m_generation = mf_fork_generation();
};

#endif
