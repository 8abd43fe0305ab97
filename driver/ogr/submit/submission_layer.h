// SPDX-License-Identifier: MIT
// submission_layer: a layer whose features become processings.
#ifndef MAPFLOW_SUBMISSION_LAYER_H
#define MAPFLOW_SUBMISSION_LAYER_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/owned.h"
#include "submit/aoi_geometry.h"
#include "submit/submission.h"
#include "submit/submission_options.h"

class OGRMapflowSubmissions;

// A write-only layer. Fields are accepted; only NAME_FIELD is read. With AOI_FROM=IMAGERY the area
// is already known, and features with a geometry are refused.
class OGRMapflowSubmissionLayer final : public OGRLayer
{
  public:
    // Checks the options and the coordinate reference system, without a request. Returns nullptr
    // after one CPLError.
    static std::unique_ptr<OGRMapflowSubmissionLayer>
    Create(GDALDataset *dataset, OGRMapflowSubmissions &queue, const char *name,
           const OGRSpatialReference *srs, OGRwkbGeometryType type,
           OGRMapflowSubmissionOptions options);
    ~OGRMapflowSubmissionLayer() override;

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override {}
    OGRFeature *GetNextFeature() override { return nullptr; }
    GIntBig GetFeatureCount(int) override { return static_cast<GIntBig>(m_written.size()); }
    int TestCapability(const char *capability) MF_CONST_312 override;
    GDALDataset *GetDataset() override { return m_dataset; }
    OGRErr CreateField(MF_CONST_39 OGRFieldDefn *field, int) override
    {
        m_defn->AddFieldDefn(field);
        return OGRERR_NONE;
    }
    OGRErr ICreateFeature(OGRFeature *feature) override;
    OGRErr StartTransaction() override;
    OGRErr CommitTransaction() override;
    OGRErr RollbackTransaction() override;
    OGRErr SyncToDisk() override;

    const OGRMapflowSubmissionOptions &Options() const { return m_options; }
    mf_submission *Submission() const { return m_submission.get(); }

    // With AOI_FROM=IMAGERY, fetches the footprint of the imagery, once the submission was
    // resolved. Returns false after one CPLError.
    bool FetchArea(mf_client *client);

    // Makes jobs of the features written. Returns false after one CPLError. The layer then accepts
    // no more features.
    bool MakeJobs();

    // Whether a feature was refused, after which nothing of the layer is submitted.
    bool IsRefused() const { return m_isRefused; }

    // Counts the features written, or drops those after the first `count`.
    size_t Count() const { return m_written.size(); }
    void Truncate(size_t count);

    // From now on accepts no feature: the layer was submitted, or its creation rolled back.
    void Finish() { m_isFinished = true; }

  private:
    struct Written
    {
        OGRMapflowArea area;
        std::string name; // from NAME_FIELD
    };

    OGRMapflowSubmissionLayer(GDALDataset *dataset, OGRMapflowSubmissions &queue, const char *name,
                              OGRMapflowSubmissionOptions options);
    bool TakeName(const OGRFeature &feature, GIntBig number, std::string &name) const;
    bool TakeFootprint(const char *wkt);
    OGRErr RefuseFeature();
    bool HasNameField() const;
    void WarnOfOverlaps(const OGRMultiPolygon &all) const;
    std::unique_ptr<OGRMultiPolygon> TakePolygons(size_t begin, size_t end);
    bool AddJob(const std::string &name, size_t begin, size_t end);
    std::string NameOf(size_t i) const;
    std::string BaseName() const;

    GDALDataset *const m_dataset;
    OGRMapflowSubmissions &m_queue;
    OGRFeatureDefn *const m_defn;
    const OGRMapflowSubmissionOptions m_options;
    std::unique_ptr<OGRMapflowAOIs> m_aois{};
    OGRMapflowPtr<mf_submission_close> m_submission{};
    std::vector<Written> m_written{};
    std::vector<Written> m_footprints{}; // of AOI_FROM=IMAGERY
    GIntBig m_given = 0;                 // features, including those left out
    bool m_isRefused = false;
    bool m_isFinished = false;
};

#endif
