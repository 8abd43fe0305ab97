// SPDX-License-Identifier: MIT
// search_layer: scenes of the catalogue, or those found by a planned search, as a layer.
#ifndef MAPFLOW_SEARCH_LAYER_H
#define MAPFLOW_SEARCH_LAYER_H

#include <memory>
#include <string>

#include "api/catalogue.h"
#include "common/owned.h"
#include "imagery/scene_filter.h"
#include "layer/table_layer.h"

struct OGRMapflowSearched
{
    // The area in WGS84; nullptr: use the spatial filter.
    std::unique_ptr<OGRMultiPolygon> area{};
    std::string plannedSearch{}; // UUID: show the scenes found in its own areas
    std::string provider{};      // of its scenes, if the server names none
};

// Rows are fetched page by page as the reader advances. A new search starts when the area, the
// order or the pushed part of the attribute filter has changed. Otherwise the rows already read are
// reused. Rows of a planned search are filtered only here, because it has filters of its own.
//
// FID: a hash of provider and id, the same in each search. Geometry: the footprint. The first
// search of the catalogue requests the account, to check the area against its limit.
class OGRMapflowScenesLayer final : public OGRMapflowTableLayer
{
  public:
    OGRMapflowScenesLayer(GDALDataset *dataset, mf_client *client, OGRMapflowSearched searched);

    OGRFeature *GetNextFeature() override;
    void ResetReading() override;

    // Sets the order in which rows are requested. An empty order resets it.
    void SetOrder(const OGRMapflowSceneOrder &order);

  protected:
    OGRMapflowRows &RowsToRead() override;
    const OGRMapflowRows &AllRows() const override;
    OGRFeature *FindRow(GIntBig fid) override;

  private:
    struct Scan
    {
        std::string area{}; // GeoJSON, "" for none
        double areaM2 = 0;
        std::string fault{}; // why the area cannot be searched
        OGRMapflowSceneFilter filter{};
        OGRMapflowSceneOrder order{};
        OGRMapflowPtr<mf_scene_search_close> search{}; // nullptr: not started
        OGRMapflowRows rows{};
    };

    Scan Wanted() const;
    static bool IsSame(const Scan &a, const Scan &b);
    // Each makes requests and returns false after one CPLError.
    bool Fetch();
    bool Begin();
    bool CheckArea();
    void AddScene(const mf_scene &scene);
    void CountDown(const OGRFeature &row);

    mf_client *const m_client;
    const OGRMapflowSearched m_searched;
    OGRMapflowSceneOrder m_order{};
    GIntBig m_left = -1;    // rows with a value still needed; -1: all
    double m_lastKey = NAN; // of the sort column
    std::unique_ptr<Scan> m_scan{};
    bool m_hasLimit = false; // it was requested
    double m_limitM2 = NAN;
};

#endif
