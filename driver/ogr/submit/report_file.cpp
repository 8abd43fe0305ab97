// SPDX-License-Identifier: MIT
#include "submit/report_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/clock.h"
#include "base/file.h"
#include "common/errors.h"
#include "common/owned.h"
#include "cpl_vsi.h"

namespace
{
constexpr vsi_l_offset LARGEST_REPORT = 64 << 20; // bytes: some 200 000 processings
constexpr int LOCK_TRIES = 1000;
constexpr double LOCK_INTERVAL = 0.01; // s

std::string LineOf(const mf_submission *submission, size_t i)
{
    return OGRMapflowTaken(mf_submission_report_line(submission, i), free);
}

bool IsStream(const std::string &path)
{
    return STARTS_WITH(path.c_str(), "/vsistdout");
}

} // namespace

// Keeps other processes from writing at the same time, if the file system has locks. A line is
// written in a moment: does not wait for a process that holds the file for longer.
class OGRMapflowReportFile::Lock
{
  public:
    explicit Lock(const OGRMapflowReportFile &report)
    {
        for (int i = 0; report.m_isRegular && i < LOCK_TRIES; ++i)
        {
            if (mf_lock_try(&m_lock, report.m_path.c_str()) != 0)
                return;
            mf_sleep(LOCK_INTERVAL);
        }
    }
    ~Lock() { mf_lock_release(&m_lock); }
    CPL_DISALLOW_COPY_ASSIGN(Lock)

  private:
    mf_lock m_lock = {-1};
};

bool OGRMapflowReportFile::Fail() const
{
    CPLError(CE_Failure, CPLE_FileIO, "REPORT=%s cannot be written: %s.", m_path.c_str(),
             errno != 0 ? strerror(errno) : "unknown reason");
    return false;
}

VSILFILE *OGRMapflowReportFile::Open(const char *mode) const
{
    errno = 0;
    VSILFILE *const file = VSIFOpenL(m_path.c_str(), mode);
    if (file == nullptr)
        (void)Fail();
    return file;
}

bool OGRMapflowReportFile::Check()
{
    if (IsStream(m_path))
        return true;
    VSILFILE *const file = Open("ab");
    if (file == nullptr || VSIFCloseL(file) != 0)
        return file == nullptr ? false : Fail();
    VSIStatBufL status;
    m_isRegular = VSIStatL(m_path.c_str(), &status) == 0 && VSI_ISREG(status.st_mode) &&
                  !STARTS_WITH(m_path.c_str(), "/vsi");
    return true;
}

std::string OGRMapflowReportFile::Former(double &modified) const
{
    VSIStatBufL status;
    GByte *read = nullptr;
    if (IsStream(m_path) || VSIStatL(m_path.c_str(), &status) != 0 || status.st_size == 0)
        return std::string();
    modified = static_cast<double>(status.st_mtime);
    const OGRMapflowQuiet quiet;
    if (!VSIIngestFile(nullptr, m_path.c_str(), &read, nullptr, LARGEST_REPORT))
        return std::string();
    const std::string text = reinterpret_cast<const char *>(read);
    VSIFree(read);
    return text;
}

bool OGRMapflowReportFile::Write(VSILFILE *file, const std::string &text) const
{
    errno = 0;
    const bool isWritten = VSIFWriteL(text.data(), 1, text.size(), file) == text.size();
    return (VSIFCloseL(file) == 0 && isWritten) || Fail();
}

bool OGRMapflowReportFile::AppendText(const mf_job *job, const std::string &text)
{
    VSILFILE *const file = Open(IsStream(m_path) ? "wb" : "ab");
    if (file == nullptr)
        return false;
    if (m_isRegular && VSIFSeekL(file, 0, SEEK_END) == 0)
        m_lines[job] = {VSIFTellL(file), text};
    return Write(file, text + '\n');
}

bool OGRMapflowReportFile::Append(const mf_submission *submission, size_t i)
{
    const Lock lock(*this);
    return AppendText(mf_submission_job(submission, i), LineOf(submission, i));
}

bool OGRMapflowReportFile::Append(const std::string &line)
{
    const Lock lock(*this);
    return AppendText(nullptr, line);
}

// Overwrites the old line, padded with spaces, if the new one is not longer and the old one is
// still in place. Otherwise appends the new one.
bool OGRMapflowReportFile::Update(const mf_submission *submission, size_t i)
{
    const mf_job *const job = mf_submission_job(submission, i);
    std::string text = LineOf(submission, i);
    const Lock lock(*this);
    const auto known = m_lines.find(job);
    if (known == m_lines.end() || text.size() > known->second.text.size())
        return AppendText(job, text);
    const Line &old = known->second;
    VSILFILE *const file = Open("r+b");
    if (file == nullptr)
        return false;
    std::string found(old.text.size(), ' ');
    const bool isThere = VSIFSeekL(file, old.at, SEEK_SET) == 0 &&
                         VSIFReadL(&found[0], 1, found.size(), file) == found.size() &&
                         found == old.text && VSIFSeekL(file, old.at, SEEK_SET) == 0;
    if (!isThere)
    {
        VSIFCloseL(file);
        return AppendText(job, text);
    }
    text.append(old.text.size() - text.size(), ' ');
    return Write(file, text);
}
