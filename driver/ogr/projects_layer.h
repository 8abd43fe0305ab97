// projects_layer: the projects of an account as a layer.
#ifndef MAPFLOW_PROJECTS_LAYER_H
#define MAPFLOW_PROJECTS_LAYER_H

#include "account_state.h"
#include "table_layer.h"

// FID = a hash of the id: the same in each dataset. `role` costs a request when a project is shared.
class OGRMapflowProjectsLayer final : public OGRMapflowTableLayer
{
  public:
    OGRMapflowProjectsLayer(GDALDataset *dataset, OGRMapflowAccountState &state);

  private:
    bool Fetch(OGRMapflowRows &rows);
    bool AddProject(const mf_project &project);

    OGRMapflowAccountState &m_state;
    size_t m_shown = 0; // projects of the state that are rows
};

#endif
