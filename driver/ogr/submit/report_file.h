// SPDX-License-Identifier: MIT
// report_file: the file named by REPORT.
#ifndef MAPFLOW_REPORT_FILE_H
#define MAPFLOW_REPORT_FILE_H

#include <map>
#include <string>

#include "common/compat.h"
#include "submit/submission.h"

// One JSON object per line for each processing, appended as soon as it is known. Several processes
// may write to one file. It is only output: journal.h decides what is sent.
class OGRMapflowReportFile
{
  public:
    explicit OGRMapflowReportFile(std::string path) : m_path(std::move(path)) {}

    // Checks before anything is sent that the path can be written. Returns false after one
    // CPLError.
    bool Check();

    // Returns the content of the file, in which version 0.1 may have left an unfinished run, "" if
    // there is none. `modified` becomes the time of the file, in s since 1970. No CPLError.
    std::string Former(double &modified) const;

    // Appends the line of a job. Returns false after one CPLError.
    bool Append(const mf_submission *submission, size_t job);

    // Appends any line, given without its end.
    bool Append(const std::string &line);

    // Replaces the line of a job with its new state. Returns false after one CPLError.
    bool Update(const mf_submission *submission, size_t job);

    // Whether a line can be replaced: not in a stream such as /vsistdout/.
    bool CanUpdate() const { return m_isRegular; }

  private:
    struct Line
    {
        vsi_l_offset at;
        std::string text; // without its end
    };
    class Lock;

    VSILFILE *Open(const char *mode) const;
    bool Write(VSILFILE *file, const std::string &text) const;
    bool Fail() const;
    bool AppendText(const mf_job *job, const std::string &text);

    const std::string m_path;
    bool m_isRegular = false;
    std::map<const mf_job *, Line> m_lines{};
};

#endif
