// SPDX-License-Identifier: MIT
// processing_scan: one pass through the processings of an account, project by project and page by
// page.
#ifndef MAPFLOW_PROCESSING_SCAN_H
#define MAPFLOW_PROCESSING_SCAN_H

#include <deque>
#include <set>
#include <vector>

#include "account/account_session.h"
#include "account/processing_rows.h"
#include "account/pushdown.h"

// Its rows have everything but the geometry. A scan by id makes one request, and a second one if
// the project's name is needed. With the pages of a project its name costs no request.
class OGRMapflowProcessingScan
{
  public:
    OGRMapflowProcessingScan(OGRMapflowAccountSession &session, OGRMapflowProcessingRows &known,
                             OGRMapflowPushdown pushdown, bool needsProject);
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowProcessingScan)

    bool IsFor(const OGRMapflowPushdown &pushdown, bool needsProject) const
    {
        return m_pushdown == pushdown && m_needsProject == needsProject;
    }
    OGRMapflowRows &Rows() { return m_rows; }
    const OGRMapflowRows &Rows() const { return m_rows; }

  private:
    // The processings of one project.
    struct Source
    {
        OGRMapflowPtr<mf_pager_close> pager{};
        std::deque<OGRMapflowProcessingRows::Entry> ahead{}; // read, but not among the rows yet
        bool isBegun = false;                                // a page was read
        bool isAtEnd = false;
    };

    // Each makes requests and returns false after one CPLError.
    bool AskForOne();
    bool FetchById();
    bool FetchPage();
    bool Count(bool forced, GIntBig &total);
    bool ReadPages(const std::vector<size_t> &sources);
    // Makes the sources of the first `count` projects. Makes no request.
    bool OpenSources(size_t count);
    bool IsWanted(const mf_project &project) const;
    // Reads a page of a source. Raises no CPLError, because it may run in another thread.
    bool ReadPage(size_t i, mf_error &err);

    OGRMapflowAccountSession &m_session;
    OGRMapflowProcessingRows &m_known;
    const OGRMapflowPushdown m_pushdown;
    const bool m_needsProject;
    std::deque<Source> m_sources{}; // by the project's position
    size_t m_current = 0;
    std::set<GIntBig> m_given{}; // FIDs: a processing may change its project during the scan
    OGRMapflowRows m_rows{};
};

#endif
