// SPDX-License-Identifier: MIT
// submission_dataset: a write-only dataset.
#ifndef MAPFLOW_SUBMISSION_DATASET_H
#define MAPFLOW_SUBMISSION_DATASET_H

#include "common/compat.h"
#include "submit/submission_queue.h"

// Layers can also be created in an account opened for update: account_dataset.h.
class OGRMapflowSubmissionDataset final : public GDALDataset
{
  public:
    // Makes no request. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowSubmissionDataset> Create(const char *name,
                                                               CSLConstList creationOptions);

    ~OGRMapflowSubmissionDataset() override { (void)FinishAt(true); }

    int GetLayerCount() MF_CONST_312 override { return m_submissions.Count(); }
    OGRLayer *GetLayer(int i) MF_CONST_312 override { return m_submissions.Layer(i); }
    MF_DATASET_USING
    int TestCapability(const char *capability) MF_CONST_312 override
    {
        return OGRMapflowCanCreate(capability);
    }
    OGRErr StartTransaction(int) override { return m_submissions.Begin(); }
    OGRErr CommitTransaction() override { return m_submissions.Commit(); }
    OGRErr RollbackTransaction() override { return m_submissions.Rollback(); }
    MF_FLUSH_OVERRIDE
    MF_CLOSE_OVERRIDE

    // Sets the progress function for the waits of FlushCache and Close.
    void ReportTo(GDALProgressFunc progress, void *data) { m_submissions.ReportTo(progress, data); }

  protected:
    MF_CREATE_LAYER_OVERRIDE

  private:
    OGRMapflowSubmissionDataset(OGRMapflowOptions options, CSLConstList creationOptions);
    OGRLayer *MakeLayer(const char *name, const OGRSpatialReference *srs, OGRwkbGeometryType type,
                        CSLConstList options)
    {
        return m_submissions.CreateLayer(this, name, srs, type, options);
    }
    bool FinishAt(bool isClosing) { return m_submissions.Finish(this, isClosing); }

    OGRMapflowSubmissions m_submissions;
};

#endif
