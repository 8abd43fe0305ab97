#include "row_ahead.h"

#include <algorithm>

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
    if (m_current == nullptr || position < m_current->begin ||
        position > m_current->begin + m_current->decoded)
    {
        Clear(); // the reader has moved
        Start(position, like);
        m_current = NextPiece();
    }
    else if (position == m_current->begin + m_current->decoded && m_current->error.kind == MF_OK)
    {
        m_current = NextPiece();
    }
    const size_t nth = static_cast<size_t>(position - m_current->begin);
    if (nth < m_current->decoded)
        return &m_current->rows[nth];
    err = m_current->error;
    return nullptr;
}

void OGRMapflowRowAhead::Clear()
{
    if (m_thread.joinable())
    {
        {
            const std::lock_guard<std::mutex> guard(m_mutex);
            m_stop = true;
        }
        m_changed.notify_all();
        m_thread.join();
    }
    m_stop = false;
    m_current.reset();
    m_full.clear();
    m_empty.clear();
}

void OGRMapflowRowAhead::Start(uint64_t position, const mf_row &like)
{
    m_wanted.assign(like.wanted, like.wanted + like.schema->field_count);
    m_wantsGeometry = like.wants_geometry;
    for (int i = 0; i < PIECES; ++i)
        m_empty.push_back(std::make_unique<Piece>());
    m_thread = std::thread([this, position] { Run(position); });
}

// Gives back the piece that was read, and waits for the next one.
OGRMapflowRowAhead::PiecePtr OGRMapflowRowAhead::NextPiece()
{
    std::unique_lock<std::mutex> guard(m_mutex);
    if (m_current != nullptr)
        m_empty.push_back(std::move(m_current));
    m_changed.notify_all();
    m_changed.wait(guard, [this] { return !m_full.empty(); });
    PiecePtr piece = std::move(m_full.front());
    m_full.pop_front();
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
        const uint64_t end = std::min<uint64_t>(position + ROWS_IN_PIECE, count);
        Fill(*piece, position, end);
        position = end;
        good = piece->error.kind == MF_OK;
        const std::lock_guard<std::mutex> guard(m_mutex);
        m_full.push_back(std::move(piece));
        m_changed.notify_all();
    }
}

// Waits for a piece to fill; nullptr: the reader wants no more.
OGRMapflowRowAhead::PiecePtr OGRMapflowRowAhead::EmptyPiece()
{
    std::unique_lock<std::mutex> guard(m_mutex);
    m_changed.wait(guard, [this] { return m_stop || !m_empty.empty(); });
    if (m_stop)
        return nullptr;
    PiecePtr piece = std::move(m_empty.back());
    m_empty.pop_back();
    return piece;
}

void OGRMapflowRowAhead::Fill(Piece &piece, uint64_t begin, uint64_t end) const
{
    const mf_collection &collection = m_result->collection;
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
        if (mf_row_decode_feature(&piece.rows[piece.decoded], &collection, m_result->text.data, i,
                                  &piece.error) != 0)
            return;
    }
}
