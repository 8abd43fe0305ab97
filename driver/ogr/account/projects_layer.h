// projects_layer: the projects of an account as a layer.
#ifndef MAPFLOW_PROJECTS_LAYER_H
#define MAPFLOW_PROJECTS_LAYER_H

#include "account/account_session.h"
#include "layer/table_layer.h"

// For update: rows can be inserted, and `name` and `description` changed; with ALLOW_DELETE=YES
// rows can be deleted. Each change is sent at once.
//
// FID = a hash of the id: the same in each dataset. `role` costs a request when a project is
// shared.
class OGRMapflowProjectsLayer final : public OGRMapflowTableLayer
{
  public:
    OGRMapflowProjectsLayer(GDALDataset *dataset, OGRMapflowAccountSession &state);

    OGRErr DeleteFeature(GIntBig fid) override { return Delete(fid); }

  protected:
    OGRErr ICreateFeature(OGRFeature *feature) override { return Create(*feature); }
    OGRErr ISetFeature(OGRFeature *feature) override { return Change(*feature); }
    bool CanDo(const char *capability) const override;

  private:
    OGRErr Create(OGRFeature &feature);
    OGRErr Change(const OGRFeature &feature);
    OGRErr Delete(GIntBig fid);
    OGRFeature *FindRow(GIntBig fid);
    bool Fetch(OGRMapflowRows &rows);
    bool AddProject(const mf_project &project);

    OGRMapflowAccountSession &m_state;
    size_t m_shown = 0; // projects of the state that are rows
};

#endif
