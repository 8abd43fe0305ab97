// SPDX-License-Identifier: MIT
// account_dataset: the account as a GDAL dataset.
#ifndef MAPFLOW_ACCOUNT_DATASET_H
#define MAPFLOW_ACCOUNT_DATASET_H

#include <memory>
#include <vector>

#include "account/account_session.h"
#include "account/processings_layer.h"
#include "account/verbs.h"
#include "common/compat.h"
#include "imagery/images_layer.h"
#include "imagery/mosaics_layer.h"
#include "imagery/planned_layer.h"
#include "submit/submission_queue.h"

// Layers: projects, processings, models, providers, account, mosaics, images, planned_searches. No
// request is made before features of a layer are read.
//
// For update: projects, processings, mosaics, images and planned searches can be changed.
// ExecuteSQL also runs the verbs of verbs.h; each returns the row of the object that it changed.
// Each created layer is submitted as one processing, see submission_queue.h; it comes after the
// others, whatever its name. A transaction covers only created layers: nothing else can be changed
// in one, see row_changes.h.
class OGRMapflowAccountDataset final : public GDALDataset
{
  public:
    // Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowAccountDataset> Open(const OGRMapflowOptions &options,
                                                          GDALAccess access);

    ~OGRMapflowAccountDataset() override { (void)FinishAt(true); }

    int GetLayerCount() MF_CONST_312 override
    {
        return static_cast<int>(m_layers.size()) + m_submissions.Count();
    }
    OGRLayer *GetLayer(int i) MF_CONST_312 override
    {
        return const_cast<OGRMapflowAccountDataset *>(this)->Handed(LayerAt(i));
    }
    OGRLayer *GetLayerByName(const char *name) override { return Handed(LayerCalled(name)); }
    MF_DATASET_USING
    int TestCapability(const char *capability) MF_CONST_312 override;
    OGRErr StartTransaction(int force) override;
    OGRErr CommitTransaction() override { return End(m_submissions.Commit()); }
    OGRErr RollbackTransaction() override { return End(m_submissions.Rollback()); }
    MF_FLUSH_OVERRIDE
    MF_CLOSE_OVERRIDE
    std::vector<std::string> GetRelationshipNames(CSLConstList = nullptr) const override;
    const GDALRelationship *GetRelationship(const std::string &name) const override;
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override;

    // Runs a verb, as ExecuteSQL does, and returns the new state of the object that it changed. The
    // caller releases the layer with ReleaseResultSet. nullptr after one CPLError.
    OGRLayer *RunVerb(const OGRMapflowVerb &verb);

  protected:
    MF_CREATE_LAYER_OVERRIDE

  private:
    OGRMapflowAccountDataset(const OGRMapflowOptions &options, OGRMapflowClient client,
                             const OGRMapflowAreaSource &areas, const OGRMapflowRights &rights);

    OGRLayer *MakeLayer(const char *name, const OGRSpatialReference *srs, OGRwkbGeometryType type,
                        CSLConstList options);
    OGRErr End(OGRErr outcome);
    void ReportTo(GDALProgressFunc progress, void *data) { m_submissions.ReportTo(progress, data); }
    bool FinishAt(bool isClosing) { return m_submissions.Finish(this, isClosing); }

    OGRLayer *AnswerProcessing(const OGRMapflowVerb &verb);
    OGRLayer *AnswerMosaic(const OGRMapflowVerb &verb);
    OGRLayer *AnswerPlannedSearch(const OGRMapflowVerb &verb);

    OGRLayer *LayerAt(int i) const;
    OGRLayer *LayerCalled(const char *name);
    // Passes on a layer that a program gets. Only processings have styles, so the dataset's driver
    // is set to match the layer that was returned last.
    OGRLayer *Handed(OGRLayer *layer);

    const OGRMapflowOptions m_options;
    const bool m_hasStyles;
    OGRMapflowAccountSession m_session;
    OGRMapflowProcessingsLayer *m_processings = nullptr; // four of the layers
    OGRMapflowMosaicsLayer *m_mosaics = nullptr;
    OGRMapflowImagesLayer *m_images = nullptr;
    OGRMapflowPlannedLayer *m_planned = nullptr;
    std::vector<std::unique_ptr<OGRMapflowTableLayer>> m_layers{};
    std::unique_ptr<OGRMapflowTableLayer> m_journal{}; // not counted: found only by its name
    OGRMapflowSubmissions m_submissions;
};

#endif
