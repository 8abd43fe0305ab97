#include "submit/report_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/errors.h"
#include "cpl_vsi.h"

namespace
{
constexpr vsi_l_offset LARGEST_REPORT = 64 << 20; // bytes: some 200 000 processings
}

OGRMapflowSubmissionReport::~OGRMapflowSubmissionReport()
{
    (void)Close();
}

bool OGRMapflowSubmissionReport::Fail(const char *what) const
{
    CPLError(CE_Failure, CPLE_FileIO, "REPORT=%s cannot be %s: %s.", m_path.c_str(), what,
             errno != 0 ? strerror(errno) : "no reason is known");
    return false;
}

// The text of an earlier run, "" when there is none.
bool OGRMapflowSubmissionReport::ReadFormer(std::string &text)
{
    VSIStatBufL status;
    if (STARTS_WITH(m_path.c_str(), "/vsistdout") || VSIStatL(m_path.c_str(), &status) != 0)
        return true;
    GByte *read = nullptr;
    errno = 0;
    if (!VSIIngestFile(nullptr, m_path.c_str(), &read, nullptr, LARGEST_REPORT))
        return Fail("read");
    text = reinterpret_cast<const char *>(read);
    VSIFree(read);
    return true;
}

bool OGRMapflowSubmissionReport::Resume(mf_submission *submission)
{
    // Another layer with the same report has read it already.
    std::string text = m_kept;
    if (!m_isRead && !ReadFormer(text))
        return false;
    mf_error err;
    mf_error_init(&err);
    char *kept = nullptr;
    if (mf_submission_read_report(submission, text.c_str(), &kept, &err) != 0)
    {
        mf_error_prefix(&err, "REPORT=%s", m_path.c_str());
        OGRMapflowRaise(err);
        return false;
    }
    m_kept = kept;
    free(kept);
    m_isChanged |= m_kept != text;
    m_isRead = true;
    for (size_t i = 0; i < mf_submission_count(submission); ++i)
    {
        const mf_job *const job = mf_submission_job(submission, i);
        if (job->line_size > 0)
            m_places[job] = {job->line_at, job->line_size};
    }
    return true;
}

// Puts what is kept in the place of the former report, in one step: what it tells of was paid for.
bool OGRMapflowSubmissionReport::ReplaceFormer()
{
    const std::string fresh = m_path + ".new";
    errno = 0;
    VSILFILE *const file = VSIFOpenL(fresh.c_str(), "wb");
    bool done =
        file != nullptr && VSIFWriteL(m_kept.data(), 1, m_kept.size(), file) == m_kept.size();
    done = (file == nullptr || VSIFCloseL(file) == 0) && done;
    if (done && VSIRename(fresh.c_str(), m_path.c_str()) == 0)
        return true;
    VSIUnlink(fresh.c_str());
    return Fail("written");
}

bool OGRMapflowSubmissionReport::Open()
{
    if (m_file != nullptr)
        return true;
    const bool isRandom = VSISupportsRandomWrite(m_path.c_str(), false);
    const bool goesOn = isRandom && !m_kept.empty();
    if (goesOn && m_isChanged && !ReplaceFormer())
        return false;
    errno = 0;
    m_file = VSIFOpenL(m_path.c_str(), goesOn ? "r+b" : "wb");
    if (m_file == nullptr)
        return Fail("written");
    VSIStatBufL status;
    m_canReplace =
        m_isRead && isRandom && VSIStatL(m_path.c_str(), &status) == 0 && VSI_ISREG(status.st_mode);
    m_end = m_kept.size();
    return goesOn || WriteAt(0, m_kept);
}

bool OGRMapflowSubmissionReport::WriteAt(vsi_l_offset at, const std::string &text)
{
    errno = 0;
    return ((!m_canReplace || VSIFSeekL(m_file, at, SEEK_SET) == 0) &&
            VSIFWriteL(text.data(), 1, text.size(), m_file) == text.size() &&
            VSIFFlushL(m_file) == 0) ||
           Fail("written");
}

bool OGRMapflowSubmissionReport::Append(const mf_job *job, const std::string &line)
{
    if (!WriteAt(m_end, line + '\n'))
        return false;
    m_places[job] = {m_end, line.size()};
    m_end += line.size() + 1;
    return true;
}

bool OGRMapflowSubmissionReport::Announce(const mf_submission *submission, size_t i)
{
    const mf_job *const job = mf_submission_job(submission, i);
    if (!m_canReplace || m_places.count(job) > 0)
        return true;
    const std::unique_ptr<char, decltype(&free)> line(mf_submission_report_line(submission, i),
                                                      free);
    return line != nullptr && Append(job, line.get());
}

// Spaces behind a line belong to it: JSON has them between its tokens.
bool OGRMapflowSubmissionReport::Write(const mf_submission *submission, size_t i)
{
    const mf_job *const job = mf_submission_job(submission, i);
    const std::unique_ptr<char, decltype(&free)> text(mf_submission_report_line(submission, i),
                                                      free);
    if (text == nullptr)
        return false;
    std::string line = text.get();
    const auto announced = m_places.find(job);
    if (announced == m_places.end())
        return Append(job, line);
    const Place place = announced->second;
    if (line.size() > place.size)
        return Append(job, line) && WriteAt(place.at, std::string(place.size, ' '));
    line.append(place.size - line.size(), ' ');
    return WriteAt(place.at, line);
}

bool OGRMapflowSubmissionReport::Retract(const mf_submission *submission, size_t i)
{
    const auto announced = m_places.find(mf_submission_job(submission, i));
    if (announced == m_places.end())
        return true;
    const Place place = announced->second;
    m_places.erase(announced);
    if (place.at + place.size + 1 != m_end)
        return WriteAt(place.at, std::string(place.size, ' '));
    m_end = place.at;
    return VSIFTruncateL(m_file, m_end) == 0 || Fail("written");
}

bool OGRMapflowSubmissionReport::Close()
{
    VSILFILE *const file = m_file;
    m_file = nullptr;
    errno = 0;
    return file == nullptr || VSIFCloseL(file) == 0 || Fail("written");
}
