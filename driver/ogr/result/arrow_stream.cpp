// SPDX-License-Identifier: MIT
#include "result/arrow_stream.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "common/errors.h"
#include "result/read_ahead.h"

namespace
{

// A batch, and the end of the positions that it covers.
struct Piece
{
    std::unique_ptr<OGRMapflowBatch> batch{};
    uint64_t end = 0; // the position after its last feature
    std::string error{};
};

class Stream
{
  public:
    Stream(OGRMapflowStreamSource source, OGRMapflowBatchPlan plan, ArrowArrayStream schemaStream,
           uint64_t rowsInBatch)
        : m_source(std::move(source)), m_plan(std::move(plan)), m_schemaStream(schemaStream),
          m_rowsInBatch(rowsInBatch)
    {
    }

    ~Stream()
    {
        m_ahead.Clear(); // its threads read what is freed next
        m_schemaStream.release(&m_schemaStream);
    }

    CPL_DISALLOW_COPY_ASSIGN(Stream)

    int GetSchema(ArrowSchema *schema);
    int GetNext(ArrowArray *array);
    const char *LastError() const { return m_error.empty() ? nullptr : m_error.c_str(); }

  private:
    void MakePiece(Piece &piece, uint64_t begin, uint64_t end) const;
    bool CheckAlive();

    const OGRMapflowStreamSource m_source;
    const OGRMapflowBatchPlan m_plan;
    ArrowArrayStream m_schemaStream;
    const uint64_t m_rowsInBatch;
    OGRMapflowReadAhead<Piece> m_ahead{};
    std::string m_error{};
};

bool Stream::CheckAlive()
{
    if (*m_source.isAlive)
        return true;
    m_error = "The layer of this stream is closed.";
    return false;
}

int Stream::GetSchema(ArrowSchema *schema)
{
    if (!CheckAlive())
        return EINVAL;
    return m_schemaStream.get_schema(&m_schemaStream, schema);
}

// Decodes features from `begin` up to `end`, or until the batch is full. May run in any thread if
// there is no filter.
void Stream::MakePiece(Piece &piece, uint64_t begin, uint64_t end) const
{
    const OGRMapflowResultRows &rows = m_source.rows;
    OGRMapflowRow row;
    OGRMapflowError err;
    piece.end = begin;
    piece.error.clear();
    piece.batch = std::make_unique<OGRMapflowBatch>(
        m_plan, m_source.passes ? 0 : static_cast<size_t>(end - begin));
    for (; static_cast<uint64_t>(piece.batch->Rows()) < m_rowsInBatch; ++piece.end)
    {
        piece.end = m_source.passes ? m_source.find(piece.end) : rows.Find(piece.end);
        if (piece.end >= end)
            return;
        if (!rows.Decode(row, piece.end, err))
        {
            piece.error = err.message;
            return;
        }
        if (m_source.passes && !m_source.passes(row, piece.end))
            continue;
        if (!piece.batch->Fits(row))
            return;
        piece.batch->Add(row, rows.Set().FIDOf(piece.end));
    }
}

int Stream::GetNext(ArrowArray *array)
{
    memset(array, 0, sizeof *array);
    if (!CheckAlive())
        return EINVAL;
    const uint64_t count = m_source.rows.End();
    const auto make = [this](Piece &piece, uint64_t begin, uint64_t end)
    { MakePiece(piece, begin, end); };
    while (*m_source.next < count)
    {
        const uint64_t before = *m_source.next;
        Piece filtered; // filters call OGR, which is not thread-safe
        if (m_source.passes)
            MakePiece(filtered, before, count);
        Piece &piece =
            m_source.passes ? filtered : m_ahead.Take(before, count, m_rowsInBatch, make);
        if (!piece.error.empty() || piece.end == before)
        {
            m_error = piece.error.empty() ? "A feature is too large for a batch." : piece.error;
            CPLError(CE_Failure, CPLE_AppDefined, "%s", m_error.c_str());
            return EIO;
        }
        *m_source.next = piece.end;
        if (piece.batch->Rows() > 0)
        {
            piece.batch->Release(array);
            return 0;
        }
    }
    return 0;
}

Stream &Of(ArrowArrayStream *stream)
{
    return *static_cast<Stream *>(stream->private_data);
}

void Release(ArrowArrayStream *stream)
{
    delete &Of(stream);
    stream->release = nullptr;
}

} // namespace

bool OGRMapflowIsOwnStream(const ArrowArrayStream *stream)
{
    return stream->release == Release;
}

void OGRMapflowMakeStream(ArrowArrayStream *stream, OGRMapflowStreamSource source,
                          OGRMapflowBatchPlan plan, ArrowArrayStream schemaStream,
                          uint64_t rowsInBatch)
{
    stream->get_schema = [](ArrowArrayStream *self, ArrowSchema *schema)
    { return Of(self).GetSchema(schema); };
    stream->get_next = [](ArrowArrayStream *self, ArrowArray *array)
    { return Of(self).GetNext(array); };
    stream->get_last_error = [](ArrowArrayStream *self) { return Of(self).LastError(); };
    stream->release = Release;
    stream->private_data =
        new Stream(std::move(source), std::move(plan), schemaStream, rowsInBatch);
}
