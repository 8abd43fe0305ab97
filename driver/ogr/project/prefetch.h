// SPDX-License-Identifier: MIT
// prefetch: the results of several processings, fetched one by one or ahead of the reader.
#ifndef MAPFLOW_PREFETCH_H
#define MAPFLOW_PREFETCH_H

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/thread.h"
#include "common/errors.h"
#include "result/processing_dataset.h"

// For one reader at a time, like a dataset.
class OGRMapflowPrefetch
{
  public:
    // When `stop` becomes true, fetching ends. `stop` must outlive this object.
    OGRMapflowPrefetch(const OGRMapflowOptions &options, std::atomic<bool> &stop);
    ~OGRMapflowPrefetch();

    // Adds a processing by its document; its layer gets that name.
    void Add(const mf_processing &processing, const std::string &layerName);

    // Declares that all will be read: the next ones are fetched ahead from the first on.
    void ExpectAll() { m_expectsAll = true; }

    // Returns the dataset of the processing at a position, fetched now unless it was fetched ahead.
    // Returns nullptr after one CPLError.
    GDALDataset *Get(size_t i);
    // Instead of Get, returns only the result, once. Returns nullptr after one CPLError.
    std::shared_ptr<const mf_result> Take(size_t i);

  private:
    struct Fetched
    {
        bool isGood = false;
        // Of the thread. The reader repeats them: error handlers belong to threads.
        std::vector<OGRMapflowMessage> messages{};
    };
    struct Item
    {
        std::string id{};
        std::string document{};
        std::string layerName{};
        bool isTouched = false;
        std::unique_ptr<OGRMapflowProcessingDataset>
            dataset{}; // outlives the thread that fetches for it
        std::future<Fetched> ahead{};
    };

    void LookAhead(size_t i);
    bool FetchAhead(Item &item);
    void ForgetInherited();
    void Prepare(Item &item);
    static Fetched Fetch(const Item &item);
    bool Complete(Item &item);
    bool Reach(size_t i);
    void WaitIfInterrupted();

    const OGRMapflowOptions m_options;
    std::atomic<bool> &m_stop;
    CPLStringList m_config; // of the thread that created this
    std::vector<Item> m_items{};
    bool m_expectsAll = false;
    unsigned m_generation = mf_fork_generation(); // of what is fetched ahead
};

#endif
