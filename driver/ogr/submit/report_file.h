// report_file: the file that REPORT names.
#ifndef MAPFLOW_REPORT_FILE_H
#define MAPFLOW_REPORT_FILE_H

#include <map>
#include <memory>
#include <string>

#include "common/compat.h"
#include "submit/submission.h"

// One JSON object a line for each processing, written as soon as it is known. Of a batch that may
// be resumed a line stands there before its processing is sent, so that a run that is ended in the
// middle leaves none behind that nobody knows of.
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

    // Before a job is sent. Where no line can be replaced later (/vsistdout/) it does nothing.
    bool Announce(const mf_submission *submission, size_t job);
    // What became of it; the line takes the place of the announcement.
    bool Write(const mf_submission *submission, size_t job);
    // Takes the announcement back: the job was refused.
    bool Retract(const mf_submission *submission, size_t job);
    bool Close();

  private:
    // Bytes of a line, without its end.
    struct Place
    {
        vsi_l_offset at;
        size_t size;
    };

    bool ReadFormer(std::string &text);
    bool ReplaceFormer();
    bool WriteAt(vsi_l_offset at, const std::string &text);
    bool Append(const mf_job *job, const std::string &line);
    bool Fail(const char *what) const;

    const std::string m_path;
    bool m_isRead = false; // the report of an earlier run
    bool m_isChanged = false;
    std::string m_kept{}; // of that
    VSILFILE *m_file = nullptr;
    bool m_canReplace = false;
    vsi_l_offset m_end = 0;
    std::map<const mf_job *, Place> m_places{};
};

#endif
