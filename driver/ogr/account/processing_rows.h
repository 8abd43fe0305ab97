// SPDX-License-Identifier: MIT
// processing_rows: the processings of an account that were read so far, as rows.
#ifndef MAPFLOW_PROCESSING_ROWS_H
#define MAPFLOW_PROCESSING_ROWS_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "account/project_list.h"
#include "api/processing.h"
#include "common/areas.h"
#include "common/compat.h"

// Holds each row only once, whatever filter it was read through, so that a change shows everywhere.
class OGRMapflowProcessingRows
{
  public:
    struct Entry
    {
        std::shared_ptr<OGRFeature> row{}; // nullptr: it was deleted here
        OGRMapflowAreaOwner owner{};       // needed to fetch its areas
    };

    // `defn` has MAPFLOW_PROCESSING_COLUMNS and a geometry.
    OGRMapflowProcessingRows(OGRFeatureDefn *defn, OGRMapflowAreaSource areas)
        : m_defn(defn), m_areas(std::move(areas))
    {
    }
    ~OGRMapflowProcessingRows() { OGRMapflowTrimAreas(m_areas); }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowProcessingRows)

    // Makes a row without geometry and without the name of the project. May be called from any
    // thread.
    Entry Make(const mf_processing &processing) const;
    // Returns the row that is already known, or else stores this one. nullptr when it was deleted
    // here.
    std::shared_ptr<OGRFeature> Keep(Entry entry);
    bool IsKnown(GIntBig fid) const { return m_entries.count(fid) > 0; }
    // nullptr when the row is not known or was deleted here.
    std::shared_ptr<OGRFeature> Find(GIntBig fid) const;
    std::vector<OGRFeature *> OfProject(const std::string &id) const;
    // Updates the row of a processing, if it is known.
    void Refresh(const mf_processing &processing);
    void Remove(GIntBig fid) { m_entries[fid].row = nullptr; }

    // Fetches the areas of rows, with several requests at once. Returns false after one CPLError.
    bool FetchAreas(const std::vector<OGRFeature *> &rows);

  private:
    OGRFeatureDefn *const m_defn;
    OGRMapflowAreaSource m_areas;
    std::map<GIntBig, Entry> m_entries{};
    bool m_hasWarned = false;
};

// Sets the column `project` of a row from its `project_id`, unless it is set. Makes a request for a
// project that is not in the list yet. Returns false after one CPLError.
bool OGRMapflowSetProject(OGRFeature &row, OGRMapflowProjectList &projects);

#endif
