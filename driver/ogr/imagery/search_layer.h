// SPDX-License-Identifier: MIT
// search_layer: scenes of the catalogue, or those that a planned search has found, as a layer.
#ifndef MAPFLOW_SEARCH_LAYER_H
#define MAPFLOW_SEARCH_LAYER_H

#include <memory>
#include <string>
#include <unordered_map>

#include "api/catalogue.h"
#include "imagery/scene_filter.h"
#include "layer/table_layer.h"

// What is searched.
struct OGRMapflowSearched
{
    // The area in WGS84; nullptr: that of the spatial filter.
    std::unique_ptr<OGRMultiPolygon> area{};
    std::string plannedSearch{}; // UUID: the scenes that it has found, in its own areas
    std::string provider{};      // of its scenes, where the server does not name one
};

// Rows come page by page as the reader advances. A search begins anew when the area or what of the
// attribute filter the server answers has changed; else the rows that were read serve again. Those
// of a planned search are filtered here alone: it has filters of its own.
//
// FID: a hash of provider and id, the same in each search. Geometry: the footprint. The first
// search of the catalogue asks for the account, whose limit of the area is held against it.
class OGRMapflowScenesLayer final : public OGRMapflowTableLayer
{
  public:
    OGRMapflowScenesLayer(GDALDataset *dataset, mf_client *client, OGRMapflowSearched searched);

    OGRFeature *GetNextFeature() override;
    void ResetReading() override;

    // The order in which the server is asked for rows, until it is taken back by an empty one.
    void SetOrder(const OGRMapflowSceneOrder &order);

  protected:
    OGRMapflowRows &RowsToRead() override;
    const OGRMapflowRows &AllRows() const override;
    OGRFeature *FindRow(GIntBig fid) override;

  private:
    struct SearchDeleter
    {
        void operator()(mf_scene_search *search) const { mf_scene_search_close(search); }
    };
    // One search: what was asked, and what has come.
    struct Scan
    {
        std::string area{}; // GeoJSON, "" for none
        double areaM2 = 0;
        std::string fault{}; // of the area: why it cannot be searched
        OGRMapflowSceneFilter filter{};
        OGRMapflowSceneOrder order{};
        std::unique_ptr<mf_scene_search, SearchDeleter> search{}; // nullptr: not begun
        OGRMapflowRows rows{};
        std::unordered_map<GIntBig, OGRFeature *> byFID{};
    };

    Scan Wanted() const;
    static bool IsSame(const Scan &a, const Scan &b);
    // Each makes requests. They return false after one CPLError.
    bool Fetch();
    bool Begin();
    bool CheckArea();
    void AddScene(const mf_scene &scene);
    void CountDown(const OGRFeature &row);

    mf_client *const m_client;
    const OGRMapflowSearched m_searched;
    OGRMapflowSceneOrder m_order{};
    GIntBig m_left = -1;    // rows with a value that are enough; -1: all
    double m_lastKey = NAN; // of the order
    std::unique_ptr<Scan> m_scan{};
    bool m_hasLimit = false; // it was asked for
    double m_limitM2 = NAN;
};

#endif
