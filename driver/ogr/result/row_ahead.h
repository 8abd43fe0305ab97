// row_ahead: rows of a result, decoded in another thread before they are asked for.
#ifndef MAPFLOW_ROW_AHEAD_H
#define MAPFLOW_ROW_AHEAD_H

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/thread.h"
#include "store/result.h"

// One reader at a time. What is decoded ahead are rows and not features: memory that one thread
// takes and another gives back costs more than decoding it, so that features are for the reader to
// make. The rows themselves go round and round. Where the system gives no thread they are decoded
// when they are asked for.
class OGRMapflowRowAhead
{
  public:
    explicit OGRMapflowRowAhead(std::shared_ptr<const mf_result> result);
    ~OGRMapflowRowAhead();
    OGRMapflowRowAhead(const OGRMapflowRowAhead &) = delete;
    OGRMapflowRowAhead &operator=(const OGRMapflowRowAhead &) = delete;

    // The row at `position`, with what a row of `like` would have; good until the next call. Those
    // behind it are decoded meanwhile. Returns nullptr, and says why, when it cannot be decoded.
    const mf_row *Take(uint64_t position, const mf_row &like, mf_error &err);

    // Forgets what was decoded, and ends the thread.
    void Clear();

  private:
    struct Piece
    {
        std::vector<mf_row> rows{};
        uint64_t begin = 0;
        size_t decoded = 0;
        mf_error error{};
        ~Piece();
    };
    using PiecePtr = std::unique_ptr<Piece>;

    // What the reader and the thread share.
    struct Shared
    {
        std::thread thread{};
        unsigned generation = mf_fork_generation(); // of the thread
        std::mutex mutex{};                         // guards what follows
        std::condition_variable changed{};
        std::deque<PiecePtr> full{};
        std::vector<PiecePtr> empty{};
        bool stop = false;
    };

    void Start(uint64_t position, const mf_row &like);
    PiecePtr NextPiece(uint64_t position);
    PiecePtr FullPiece();
    void Run(uint64_t position);
    PiecePtr EmptyPiece();
    void Fill(Piece &piece, uint64_t begin) const;
    bool IsInherited() const;

    const std::shared_ptr<const mf_result> m_result;
    std::vector<unsigned char> m_wanted{};
    bool m_wantsGeometry = false;
    PiecePtr m_current{};               // the reader's
    std::unique_ptr<Shared> m_shared{}; // nullptr until a row is taken
};

#endif
