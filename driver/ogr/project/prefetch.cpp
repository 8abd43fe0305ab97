// SPDX-License-Identifier: MIT
#include "project/prefetch.h"

#include <system_error>

#include "base/thread.h"
#include "common/parallel.h"
#include "common/waiting.h"

OGRMapflowPrefetch::OGRMapflowPrefetch(const OGRMapflowOptions &options, std::atomic<bool> &stop)
    : m_options(options), m_stop(stop), m_config(CPLGetThreadLocalConfigOptions())
{
}

OGRMapflowPrefetch::~OGRMapflowPrefetch()
{
    ForgetInherited();
    m_stop = true;
    m_items.clear(); // waits for the threads
}

// Drops the threads of the process that this one was forked from: waiting for them would never end.
// What they were fetching stays as they left it.
void OGRMapflowPrefetch::ForgetInherited()
{
    if (m_generation == mf_fork_generation())
        return;
    for (Item &item : m_items)
    {
        if (!item.ahead.valid())
            continue;
        (void)new std::future<Fetched>(std::move(item.ahead));
        (void)item.dataset.release();
    }
    m_generation = mf_fork_generation();
}

void OGRMapflowPrefetch::Add(const mf_processing &processing, const std::string &layerName)
{
    m_items.emplace_back();
    m_items.back().id = processing.id;
    m_items.back().document = processing.document;
    m_items.back().layerName = layerName;
}

// Leaves the dataset nullptr after one CPLError.
void OGRMapflowPrefetch::Prepare(Item &item)
{
    item.dataset = OGRMapflowProcessingDataset::Prepare(m_options.ForProcessing(item.id),
                                                        item.document, item.layerName, m_stop);
}

OGRMapflowPrefetch::Fetched OGRMapflowPrefetch::Fetch(const Item &item)
{
    Fetched fetched;
    const CPLErrorHandlerPusher collector(OGRMapflowCollect, &fetched.messages);
    fetched.isGood = item.dataset->FetchResult();
    return fetched;
}

// When a program reads two consecutive layers, it is expected to read all.
void OGRMapflowPrefetch::LookAhead(size_t i)
{
    if (i > 0 && m_items[i - 1].isTouched)
        m_expectsAll = true;
    if (!m_expectsAll || OGRMapflowThreads(2) == 1)
        return;
    for (size_t at = i; at < m_items.size() && at < i + MAPFLOW_PARALLEL_REQUESTS; ++at)
    {
        Item &item = m_items[at];
        if (!item.isTouched && !item.ahead.valid() && !FetchAhead(item))
            return;
    }
}

// Errors of preparing are reported when the result is requested. Returns false if the system has no
// thread available: then the result is fetched when it is requested.
bool OGRMapflowPrefetch::FetchAhead(Item &item)
{
    const OGRMapflowQuiet quiet;
    if (item.dataset == nullptr)
        Prepare(item);
    if (item.dataset == nullptr)
        return true;
    try
    {
        item.ahead =
            std::async(std::launch::async,
                       [this, &item]
                       {
                           Fetched fetched;
                           OGRMapflowWithOptions(m_config.List(), [&] { fetched = Fetch(item); });
                           return fetched;
                       });
        return true;
    }
    catch (const std::system_error &)
    {
        return false;
    }
}

// Returns false after one CPLError.
bool OGRMapflowPrefetch::Complete(Item &item)
{
    if (item.dataset == nullptr)
        Prepare(item);
    if (item.dataset == nullptr)
        return false;
    const Fetched fetched = item.ahead.valid() ? item.ahead.get() : Fetch(item);
    for (const OGRMapflowMessage &message : fetched.messages)
        CPLError(message.type, message.number, "%s", message.text.c_str());
    return fetched.isGood;
}

// The first call returns whether the result was fetched, after one CPLError if it was not.
bool OGRMapflowPrefetch::Reach(size_t i)
{
    Item &item = m_items[i];
    ForgetInherited();
    LookAhead(i);
    if (item.isTouched)
        return false;
    item.isTouched = true;
    if (Complete(item))
        return true;
    item.dataset.reset();
    return false;
}

// The other threads see the interrupt as well, and must have ended before the signal is handled.
void OGRMapflowPrefetch::WaitIfInterrupted()
{
    if (CPLGetLastErrorNo() != CPLE_UserInterrupt)
        return;
    for (Item &other : m_items)
    {
        if (other.ahead.valid())
            other.ahead.wait();
    }
}

GDALDataset *OGRMapflowPrefetch::Get(size_t i)
{
    const OGRMapflowInterruptible interruptible;
    auto &dataset = m_items[i].dataset;
    if (Reach(i) && !dataset->ShowResult())
        dataset.reset();
    if (dataset == nullptr)
        WaitIfInterrupted();
    return dataset.get();
}

std::shared_ptr<const mf_result> OGRMapflowPrefetch::Take(size_t i)
{
    const OGRMapflowInterruptible interruptible;
    auto &dataset = m_items[i].dataset;
    auto result = Reach(i) ? dataset->TakeResult() : nullptr;
    dataset.reset(); // and with it its connection
    if (result == nullptr)
        WaitIfInterrupted();
    return result;
}
