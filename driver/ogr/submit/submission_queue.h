// submission_queue: the layers that were created in a dataset, and when they are submitted.
//
// Not a dataset itself: every dataset that lets layers be created has one, and hands CreateLayer,
// the transactions, FlushCache and Close on to it.
#ifndef MAPFLOW_SUBMISSION_QUEUE_H
#define MAPFLOW_SUBMISSION_QUEUE_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/connection.h"
#include "common/options.h"
#include "submit/report_file.h"
#include "submit/submission_layer.h"

// What a dataset in which processings can be created is capable of.
bool OGRMapflowCanCreate(const char *capability);

// Layers are submitted when the dataset is flushed or closed, and never when a transaction is
// committed: programs commit after so many features, and what was written up to then is not the
// area that the user means. A transaction says whether what was written is meant at all: what was
// rolled back, or was never committed, is not submitted.
class OGRMapflowSubmissions
{
  public:
    // `options` say which service to ask; `creationOptions` are the dataset's.
    OGRMapflowSubmissions(OGRMapflowOptions options, CSLConstList creationOptions)
        : m_options(std::move(options)), m_creationOptions(CSLDuplicate(creationOptions))
    {
    }

    // Returns nullptr after one CPLError. No request.
    OGRLayer *CreateLayer(GDALDataset *dataset, const char *name, const OGRSpatialReference *srs,
                          OGRwkbGeometryType type, CSLConstList layerOptions);

    int Count() const { return static_cast<int>(m_layers.size()); }
    OGRLayer *Layer(int i) const { return m_layers[static_cast<size_t>(i)].layer.get(); }

    OGRErr Begin();
    OGRErr Commit();
    OGRErr Rollback();

    // Submits every layer that was not submitted yet: checks all of them before the first is sent.
    // Returns false after one CPLError; what failed is not tried again. Metadata of `dataset` gets
    // PROCESSING_ID. In a transaction it does nothing, but that `isClosing` tells that it was never
    // committed.
    bool Finish(GDALDataset *dataset, bool isClosing);

  private:
    enum class State
    {
        Open,
        Abandoned, // rolled back
        Done
    };
    struct Entry
    {
        std::unique_ptr<OGRMapflowSubmissionLayer> layer{};
        State state = State::Open;
        bool isRefusalIgnored = false; // the program went on after a feature was refused
        std::shared_ptr<OGRMapflowSubmissionReport> report{};
    };

    std::vector<Entry *> TakeDue(bool &failed);
    bool Submit(const std::vector<Entry *> &due);
    void NoteRefusals();
    bool Prepare(Entry &entry);
    bool Send(const Entry &entry, size_t job);
    void PublishMetadata(GDALDataset *dataset) const;

    const OGRMapflowOptions m_options;
    const CPLStringList m_creationOptions;
    OGRMapflowClient m_client{};
    std::vector<Entry> m_layers{};
    std::map<std::string, std::shared_ptr<OGRMapflowSubmissionReport>> m_reports{};
    bool m_isInTransaction = false;
};

#endif
