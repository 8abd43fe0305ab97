// SPDX-License-Identifier: MIT
// submission_queue: holds the layers created in a dataset, and submits them.
//
// Not a dataset itself: every dataset in which layers can be created has one, and forwards
// CreateLayer, the transactions, FlushCache and Close to it.
#ifndef MAPFLOW_SUBMISSION_QUEUE_H
#define MAPFLOW_SUBMISSION_QUEUE_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/account.h"
#include "common/compat.h"
#include "common/connection.h"
#include "common/options.h"
#include "common/waiting.h"
#include "submit/report_file.h"
#include "submit/run.h"
#include "submit/source_errors.h"
#include "submit/submission_layer.h"

// Whether a dataset in which processings can be created has a capability.
bool OGRMapflowCanCreate(const char *capability);

// Submits only what was confirmed. FlushCache and SyncToDisk submit at once; a committed
// transaction is submitted when the dataset is closed. Programs commit after a number of features,
// and those written so far may not be the area that the user means. Closing a dataset with
// something unconfirmed submits nothing, and fails.
class OGRMapflowSubmissions
{
  public:
    // `options` specify the service; `creationOptions` are the dataset's.
    OGRMapflowSubmissions(OGRMapflowOptions options, CSLConstList creationOptions);

    // Reads the account, the project and the model, so that missing ones are refused here. Returns
    // nullptr after one CPLError.
    OGRLayer *CreateLayer(GDALDataset *dataset, const char *name, const OGRSpatialReference *srs,
                          OGRwkbGeometryType type, CSLConstList layerOptions);

    int Count() const { return static_cast<int>(m_layers.size()); }
    OGRLayer *Layer(int i) const // nullptr if there is none
    {
        return i >= 0 && i < Count() ? m_layers[static_cast<size_t>(i)].layer.get() : nullptr;
    }

    // A transaction covers all layers. A rollback drops what was written since it began.
    OGRErr Begin();
    OGRErr Commit();
    OGRErr Rollback();

    // Called by a layer when it is written to.
    void NoteWriting();

    // Submits every layer, or the `only` one, that was not submitted yet, after checking all of
    // them. Returns false after one CPLError; failed layers are not tried again. Sets PROCESSING_ID
    // in the metadata of `dataset`. Does nothing in a transaction, unless `isClosing`, which
    // refuses what was never confirmed.
    bool Finish(GDALDataset *dataset, bool isClosing,
                const OGRMapflowSubmissionLayer *only = nullptr);

    // Sets the progress function for the waits of Finish (WAIT=YES). May be nullptr.
    void ReportTo(GDALProgressFunc progress, void *data)
    {
        m_progress = progress;
        m_progressData = data;
    }

  private:
    struct Entry
    {
        std::unique_ptr<OGRMapflowSubmissionLayer> layer{};
        size_t mark = 0;               // features when the transaction began
        bool isNew = false;            // created in the transaction
        bool isDone = false;           // submitted, or refused for good
        bool isRefusalIgnored = false; // the program continued after a feature was refused
        std::shared_ptr<OGRMapflowReportFile> report{};

        mf_submission *Submission() const { return layer->Submission(); }
        bool IsDry() const { return Wants("DRY_RUN"); }
        bool Wants(const char *option, bool fallback = false) const
        {
            return layer->Options().GetBool(option, fallback);
        }
        bool IgnoresSourceErrors() const { return layer->Options().Is("SOURCE_ERRORS", "IGNORE"); }
    };
    using Entries = std::vector<Entry *>;

    using Account = OGRMapflowOwned<mf_account_free>;
    using Run = OGRMapflowPtr<mf_run_close>;

    bool Connect();
    Entries TakeDue(bool &failed, const OGRMapflowSubmissionLayer *only);
    bool RefuseUnconfirmed() const;
    bool CheckSource(const Entries &due) const;
    bool FinishDue(GDALDataset *dataset, const Entries &due);
    bool Submit(const Entries &due);
    bool OpenJournal(const Entries &due);
    Run OpenRun(const Entries &due);
    bool Check(const Entries &due);
    bool CheckTotal(const Entries &due) const;
    bool SendAll(const Entries &due, mf_run *run);
    bool Send(const Entries &due, const Entry &entry, size_t job, mf_run *run);
    bool WaitForAll(const Entries &due, OGRMapflowWaiter waiter, bool &isOver);
    bool WaitForOne(const Entry &entry, size_t job, OGRMapflowWaiter &waiter, bool &isOver);
    std::string Remaining(const Entries &due) const;
    void NoteRefusals();
    void PublishMetadata(GDALDataset *dataset) const;

    const OGRMapflowOptions m_options;
    const CPLStringList m_creationOptions;
    OGRMapflowClient m_client{};
    std::unique_ptr<Account> m_account{};
    double m_accountTime = 0; // s, monotonic
    OGRMapflowPtr<mf_journal_close> m_journal{};
    double m_started = 0; // s since 1970: jobs that others submit later belong to the same command
    std::vector<Entry> m_layers{};
    std::map<std::string, std::shared_ptr<OGRMapflowReportFile>> m_reports{};
    std::unique_ptr<OGRMapflowSourceErrors> m_sourceErrors{}; // made with the first layer
    GDALProgressFunc m_progress = nullptr;
    void *m_progressData = nullptr;
    bool m_isInTransaction = false;
    bool m_isConfirmed = false; // nothing was changed since the last commit
};

#endif
