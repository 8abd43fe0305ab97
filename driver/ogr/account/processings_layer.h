// processings_layer: the processings of an account as a layer.
#ifndef MAPFLOW_PROCESSINGS_LAYER_H
#define MAPFLOW_PROCESSINGS_LAYER_H

#include <map>
#include <memory>
#include <string>

#include "account/processing_scan.h"

// For update: `name`, `description`, and `project` or `project_id` can be changed; with
// ALLOW_DELETE=YES rows can be deleted. Each change is sent at once.
//
// FID = a hash of the id: the same in each dataset, whatever the filter. Conditions on `id`,
// `project`, `project_id` and `name` are pushed to the server. The geometry, a MultiPolygon of the
// areas, and the name of the project of a processing that was found by its id cost a request each:
// they are fetched when the column is not ignored.
class OGRMapflowProcessingsLayer final : public OGRMapflowTableLayer
{
  public:
    OGRMapflowProcessingsLayer(GDALDataset *dataset, OGRMapflowAccountSession &state);

    OGRErr DeleteFeature(GIntBig fid) override { return Delete(fid); }

    // Puts what the service says now into the row, if it was read.
    void Refresh(const mf_processing &processing);

  protected:
    OGRErr ICreateFeature(OGRFeature *) override { return RefuseNew(); }
    OGRErr ISetFeature(OGRFeature *feature) override { return Change(*feature); }
    bool CanDo(const char *capability) const override;
    OGRMapflowRows &RowsToRead() override;
    const OGRMapflowRows &AllRows() const override { return m_all.Rows(); }
    bool FetchGeometry(OGRMapflowRows &rows, size_t i) override;
    OGRFeature *FindFeature(GIntBig fid) override;

  private:
    OGRErr Change(const OGRFeature &feature);
    // The UUID of the project that a change names, "" when it names none. false after one CPLError.
    bool FindTarget(const OGRFeature &feature, const std::vector<std::string> &changed,
                    std::string &target);
    void FollowProject(const std::string &project);
    OGRErr Delete(GIntBig fid);
    OGRErr RefuseNew();
    // A row by its FID, fetched if need be, without geometry. nullptr when there is none.
    OGRFeature *FindRow(GIntBig fid, OGRMapflowRows **rows = nullptr, size_t *at = nullptr);
    void ForEachList(const std::function<void(OGRMapflowRows &)> &visit);
    // The row in each list that has it.
    void ForEachRow(GIntBig fid, const std::function<void(std::unique_ptr<OGRFeature> &)> &visit);
    OGRMapflowRows &RowsOf(const std::string &id);
    bool FetchOne(OGRMapflowRows &rows, const std::string &id);
    bool SetGeometries(OGRMapflowRows &rows, const std::vector<size_t> &batch);
    bool WantsProject() const;
    bool SetProject(OGRFeature &row);

    OGRMapflowAccountSession &m_state;
    OGRMapflowProcessingScan m_all;
    std::unique_ptr<OGRMapflowProcessingScan>
        m_some{}; // of the latest filter that the server answered
    std::map<std::string, OGRMapflowRows> m_single{}; // by id
    std::map<std::string, std::string> m_projectNames{};
    bool m_hasWarned = false;
};

#endif
