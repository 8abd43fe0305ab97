// SPDX-License-Identifier: MIT
// read_ahead: pieces of a result, made in other threads before they are read.
#ifndef MAPFLOW_READ_AHEAD_H
#define MAPFLOW_READ_AHEAD_H

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "common/compat.h"
#include "common/parallel.h"

// After fork() the child has the futures and the data of its parent's threads, but not the threads:
// destroying a future would wait forever. If the process was forked after `generation` was taken
// from mf_fork_generation(), leaks the content of `value`, leaves it empty, and updates
// `generation`.
template <class T> void OGRMapflowDropIfInherited(unsigned &generation, T &value)
{
    if (generation == mf_fork_generation())
        return;
    generation = mf_fork_generation();
    (void)new T(std::move(value));
    value = T();
}

// For one reader at a time. A piece covers positions [begin, end). Pieces are reused, so that
// threads do not free each other's memory.
template <class Piece> class OGRMapflowReadAhead
{
  public:
    // Fills a piece, which may hold old contents. Runs in any thread.
    using Maker = std::function<void(Piece &piece, uint64_t begin, uint64_t end)>;

    OGRMapflowReadAhead() = default;
    ~OGRMapflowReadAhead() { Clear(); }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowReadAhead)

    // Returns the piece that begins at `position`, with at most `step` positions below `count`. It
    // is valid until the next call. Starts to make the next ones, which the reader is expected to
    // take.
    Piece &Take(uint64_t position, uint64_t count, uint64_t step, const Maker &make)
    {
        if (!m_coming.empty() && m_coming.front().begin != position)
            Clear(); // the reader has jumped
        OGRMapflowDropIfInherited(m_generation, m_coming);
        if (m_current != nullptr)
            m_spare.push_back(std::move(m_current));
        // More than two in parallel would take more memory, and the reader needs a processor too.
        // The reader makes a single one itself.
        const size_t ahead = OGRMapflowThreads(CPLGetNumCPUs()) > 1 ? 2 : 1;
        uint64_t begin = m_coming.empty() ? position : m_coming.back().begin + step;
        for (; m_coming.size() < ahead && begin < count; begin += step)
            m_coming.push_back(
                {begin, Start(make, begin, std::min(begin + step, count), ahead > 1)});
        m_current = m_coming.front().piece.get();
        m_coming.pop_front();
        return *m_current;
    }

    // Drops all pieces, after waiting for those that are being made.
    void Clear()
    {
        OGRMapflowDropIfInherited(m_generation, m_coming);
        m_coming.clear();
        m_current.reset();
        m_spare.clear();
    }

  private:
    using PiecePtr = std::unique_ptr<Piece>;
    struct Coming
    {
        uint64_t begin;
        std::future<PiecePtr> piece;
    };

    // If the system has no thread available, a piece is made when it is taken.
    std::future<PiecePtr> Start(const Maker &make, uint64_t begin, uint64_t end, bool inThread)
    {
        auto piece = std::make_shared<PiecePtr>();
        if (!m_spare.empty())
        {
            *piece = std::move(m_spare.back());
            m_spare.pop_back();
        }
        const auto work = [make, begin, end, piece]
        {
            if (*piece == nullptr)
                *piece = std::make_unique<Piece>();
            make(**piece, begin, end);
            return std::move(*piece);
        };
        try
        {
            if (inThread)
                return std::async(std::launch::async, work);
        }
        catch (const std::system_error &)
        {
        }
        return std::async(std::launch::deferred, work);
    }

    std::deque<Coming> m_coming{};
    PiecePtr m_current{};
    std::vector<PiecePtr> m_spare{};
    unsigned m_generation = mf_fork_generation(); // of the threads
};

#endif
