#include "result/row_ahead.h"

#include <algorithm>
#include <system_error>

namespace
{

// What two pieces hold stays in the cache of the processor.
constexpr size_t ROWS_IN_PIECE = 256;
// One that is read, one that is full, one that is filled.
constexpr int PIECES = 3;

} // namespace

OGRMapflowRowAhead::Piece::~Piece()
{
    for (mf_row &row : rows)
        mf_row_free(&row);
}

OGRMapflowRowAhead::OGRMapflowRowAhead(std::shared_ptr<const mf_result> result)
    : m_result(std::move(result))
{
}

OGRMapflowRowAhead::~OGRMapflowRowAhead()
{
    Clear();
}

const mf_row *OGRMapflowRowAhead::Take(uint64_t position, const mf_row &like, mf_error &err)
{
    const bool hasMoved = m_current == nullptr || position < m_current->begin ||
                          position > m_current->begin + m_current->decoded;
    const bool isThrough = !hasMoved && position == m_current->begin + m_current->decoded &&
                           m_current->error.kind == MF_OK;
    if (hasMoved || (isThrough && IsInherited()))
    {
        Clear();
        Start(position, like);
    }
    if (hasMoved || isThrough)
        m_current = NextPiece(position);
    const size_t nth = static_cast<size_t>(position - m_current->begin);
    if (nth < m_current->decoded)
        return &m_current->rows[nth];
    err = m_current->error;
    return nullptr;
}

// Whether the thread has stayed behind in the process that this one was forked from.
bool OGRMapflowRowAhead::IsInherited() const
{
    return m_shared != nullptr && m_shared->generation != mf_fork_generation();
}

void OGRMapflowRowAhead::Clear()
{
    m_current.reset();
    if (IsInherited())
        (void)m_shared.release(); // in the state in which the thread was copied: not to be used
    if (m_shared != nullptr && m_shared->thread.joinable())
    {
        {
            const std::lock_guard<std::mutex> guard(m_shared->mutex);
            m_shared->stop = true;
        }
        m_shared->changed.notify_all();
        m_shared->thread.join();
    }
    m_shared.reset();
}

void OGRMapflowRowAhead::Start(uint64_t position, const mf_row &like)
{
    m_wanted.assign(like.wanted, like.wanted + like.schema->field_count);
    m_wantsGeometry = like.wants_geometry;
    m_shared = std::make_unique<Shared>();
    for (int i = 0; i < PIECES; ++i)
        m_shared->empty.push_back(std::make_unique<Piece>());
    try
    {
        m_shared->thread = std::thread([this, position] { Run(position); });
    }
    catch (const std::system_error &)
    {
        // There is none to be had: NextPiece does its work.
    }
}

// Gives back the piece that was read, and gets the one that begins at `position`.
OGRMapflowRowAhead::PiecePtr OGRMapflowRowAhead::NextPiece(uint64_t position)
{
    if (m_shared->thread.joinable())
        return FullPiece();
    PiecePtr piece = m_current != nullptr ? std::move(m_current) : EmptyPiece();
    Fill(*piece, position);
    return piece;
}

OGRMapflowRowAhead::PiecePtr OGRMapflowRowAhead::FullPiece()
{
    std::unique_lock<std::mutex> guard(m_shared->mutex);
    if (m_current != nullptr)
        m_shared->empty.push_back(std::move(m_current));
    m_shared->changed.notify_all();
    m_shared->changed.wait(guard, [this] { return !m_shared->full.empty(); });
    PiecePtr piece = std::move(m_shared->full.front());
    m_shared->full.pop_front();
    return piece;
}

// The thread: it ends behind the last feature and behind one that cannot be decoded.
void OGRMapflowRowAhead::Run(uint64_t position)
{
    const uint64_t count = m_result->collection.feature_count;
    bool good = true;
    while (good && position < count)
    {
        PiecePtr piece = EmptyPiece();
        if (piece == nullptr)
            return;
        Fill(*piece, position);
        position += piece->decoded;
        good = piece->error.kind == MF_OK;
        const std::lock_guard<std::mutex> guard(m_shared->mutex);
        m_shared->full.push_back(std::move(piece));
        m_shared->changed.notify_all();
    }
}

// Waits for a piece to fill; nullptr: the reader wants no more.
OGRMapflowRowAhead::PiecePtr OGRMapflowRowAhead::EmptyPiece()
{
    std::unique_lock<std::mutex> guard(m_shared->mutex);
    m_shared->changed.wait(guard, [this] { return m_shared->stop || !m_shared->empty.empty(); });
    if (m_shared->stop)
        return nullptr;
    PiecePtr piece = std::move(m_shared->empty.back());
    m_shared->empty.pop_back();
    return piece;
}

// Decodes the rows from `begin` on: as many as a piece takes, unless the result or what can be
// decoded of it ends before.
void OGRMapflowRowAhead::Fill(Piece &piece, uint64_t begin) const
{
    const mf_collection &collection = m_result->collection;
    const uint64_t end = std::min<uint64_t>(begin + ROWS_IN_PIECE, collection.feature_count);
    piece.begin = begin;
    piece.decoded = 0;
    mf_error_init(&piece.error);
    for (uint64_t i = begin; i < end; ++i, ++piece.decoded)
    {
        if (piece.decoded == piece.rows.size())
        {
            mf_row added;
            if (mf_row_init(&added, &collection.schema, &piece.error) != 0)
                return;
            std::copy(m_wanted.begin(), m_wanted.end(), added.wanted);
            added.wants_geometry = m_wantsGeometry;
            piece.rows.push_back(added);
        }
        if (mf_row_decode_feature(&piece.rows[piece.decoded], &collection, m_result->document.data, i,
                                  &piece.error) != 0)
            return;
    }
}
