// prefetch: the results of several processings, opened one by one or ahead of the reader.
#ifndef MAPFLOW_PREFETCH_H
#define MAPFLOW_PREFETCH_H

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "dataset.h"

// One reader at a time, as a dataset is.
class OGRMapflowPrefetch
{
  public:
    // `stop` ends what is being fetched when it becomes true; it outlives this object.
    OGRMapflowPrefetch(const OGRMapflowOptions &options, std::atomic<bool> &stop);
    ~OGRMapflowPrefetch();

    // A processing to be opened, known by its document; its layer is to have that name.
    void Add(const mf_processing &processing, const std::string &layerName);

    // All will be read: what comes next is opened ahead from the first on.
    void ExpectAll() { m_expectsAll = true; }

    // The dataset of the processing at a position, opened now unless it was opened ahead. nullptr
    // after one CPLError.
    GDALDataset *Get(size_t i);

  private:
    // What a thread has to say for the reader to repeat: error handlers belong to threads.
    struct Message
    {
        CPLErr type;
        CPLErrorNum number;
        std::string text;
    };
    struct Opened
    {
        std::unique_ptr<OGRMapflowDataset> dataset{};
        std::vector<Message> messages{};
    };
    struct Item
    {
        std::string id{};
        std::string document{};
        std::string layerName{};
        bool isTouched = false;
        std::future<Opened> ahead{};
        std::unique_ptr<OGRMapflowDataset> dataset{};
    };

    void LookAhead(size_t i);
    bool OpenAhead(Item &item);
    void ForgetInherited();
    Opened OpenHere(const Item &item) const;
    static void CPL_STDCALL Collect(CPLErr type, CPLErrorNum number, const char *text);

    const OGRMapflowOptions m_options;
    std::atomic<bool> &m_stop;
    CPLStringList m_config; // of the thread that made this
    std::vector<Item> m_items{};
    bool m_expectsAll = false;
    unsigned m_generation = mf_fork_generation(); // of what is opened ahead
};

#endif
