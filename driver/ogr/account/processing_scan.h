// processing_scan: processings as rows, read project by project and page by page.
#ifndef MAPFLOW_PROCESSING_SCAN_H
#define MAPFLOW_PROCESSING_SCAN_H

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "account/account_session.h"
#include "api/processing.h"
#include "layer/table_layer.h"

// The columns of the layer `processings`, and a row of them, without the name of the project.
void OGRMapflowAddProcessingColumns(OGRMapflowTableLayer &table);
void OGRMapflowFillProcessing(OGRFeature &row, const mf_processing &processing);

// One pass through the processings of an account. The rows that it makes hold everything but the
// geometry, which costs a request of its own.
class OGRMapflowProcessingScan
{
  public:
    // `project`: name or UUID of the only project to look into, in any case, "" for all. `terms`:
    // what the server is to look for, "" for nothing.
    OGRMapflowProcessingScan(OGRFeatureDefn *defn, OGRMapflowAccountSession &state,
                             std::string project, std::string terms);
    ~OGRMapflowProcessingScan();
    OGRMapflowProcessingScan(const OGRMapflowProcessingScan &) = delete;
    OGRMapflowProcessingScan &operator=(const OGRMapflowProcessingScan &) = delete;

    bool IsFor(const std::string &project, const std::string &terms) const
    {
        return m_project == project && m_terms == terms;
    }
    OGRMapflowRows &Rows() { return m_rows; }
    const OGRMapflowRows &Rows() const { return m_rows; }

  private:
    // What is read of one project.
    struct Source
    {
        mf_pager *pager = nullptr;
        std::deque<std::unique_ptr<OGRFeature>> ahead{}; // read, and not yet a row
        bool isBegun = false;                            // a page was read
        bool isAtEnd = false;
    };

    bool Fetch(OGRMapflowRows &rows);
    bool Count(OGRMapflowRows &rows, GIntBig &total);
    // The source of the project at a position, made when it is new; nullptr when there is no such
    // project, or after one CPLError, which sets *failed.
    Source *SourceAt(size_t i, bool *failed);
    bool IsWanted(const mf_project &project) const;
    // Reads a page of a source. Does not report: it runs in a thread of its own.
    bool ReadPage(size_t i, mf_error &err);

    OGRFeatureDefn *const m_defn;
    OGRMapflowAccountSession &m_state;
    const std::string m_project;
    const std::string m_terms;
    std::deque<Source> m_sources{}; // by position of the project
    size_t m_current = 0;
    std::set<GIntBig> m_given{}; // FIDs: one may be moved to another project while they are read
    OGRMapflowRows m_rows{};
};

#endif
