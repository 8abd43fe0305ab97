// submission_report: the file that REPORT names.
#ifndef MAPFLOW_SUBMISSION_REPORT_H
#define MAPFLOW_SUBMISSION_REPORT_H

#include <memory>
#include <string>

#include "compat.h"
#include "submission.h"

// One JSON object a line for each processing, written as soon as it is known.
class OGRMapflowSubmissionReport
{
  public:
    explicit OGRMapflowSubmissionReport(std::string path) : m_path(std::move(path)) {}
    ~OGRMapflowSubmissionReport();

    // What an earlier run has written: its processings are not sent again. No file is no report.
    // Returns false after one CPLError.
    bool Resume(mf_submission *submission);

    // Before anything is sent: a path that cannot be written must not be found out afterwards.
    bool Open();

    bool Write(const mf_submission *submission, size_t job);
    bool Close();

  private:
    bool WriteText(const std::string &text);
    bool Fail(const char *what) const;

    const std::string m_path;
    std::string m_kept{};
    VSILFILE *m_file = nullptr;
};

#endif
