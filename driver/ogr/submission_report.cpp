#include "submission_report.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cpl_vsi.h"
#include "report.h"

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

bool OGRMapflowSubmissionReport::Resume(mf_submission *submission)
{
    VSIStatBufL status;
    if (STARTS_WITH(m_path.c_str(), "/vsistdout") || VSIStatL(m_path.c_str(), &status) != 0)
        return true;
    GByte *text = nullptr;
    errno = 0;
    if (!VSIIngestFile(nullptr, m_path.c_str(), &text, nullptr, LARGEST_REPORT))
        return Fail("read");
    mf_error err;
    mf_error_init(&err);
    char *kept = nullptr;
    const int failed =
        mf_submission_read_report(submission, reinterpret_cast<const char *>(text), &kept, &err);
    VSIFree(text);
    if (failed)
    {
        mf_error_prefix(&err, "REPORT=%s", m_path.c_str());
        OGRMapflowReport(err);
        return false;
    }
    m_kept = kept;
    free(kept);
    return true;
}

bool OGRMapflowSubmissionReport::Open()
{
    if (m_file != nullptr)
        return true;
    errno = 0;
    m_file = VSIFOpenL(m_path.c_str(), "wb");
    return m_file != nullptr ? m_kept.empty() || WriteText(m_kept) : Fail("written");
}

bool OGRMapflowSubmissionReport::WriteText(const std::string &text)
{
    errno = 0;
    return (VSIFWriteL(text.data(), 1, text.size(), m_file) == text.size() &&
            VSIFFlushL(m_file) == 0) ||
           Fail("written");
}

bool OGRMapflowSubmissionReport::Write(const mf_submission *submission, size_t job)
{
    const std::unique_ptr<char, decltype(&free)> line(mf_submission_report_line(submission, job),
                                                      free);
    return line != nullptr && WriteText(std::string(line.get()) + '\n');
}

bool OGRMapflowSubmissionReport::Close()
{
    VSILFILE *const file = m_file;
    m_file = nullptr;
    errno = 0;
    return file == nullptr || VSIFCloseL(file) == 0 || Fail("written");
}
