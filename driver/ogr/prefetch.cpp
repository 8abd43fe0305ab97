#include "prefetch.h"

#include <system_error>

#include "parallel.h"
#include "waiting.h"

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

// The threads of the process that this one was forked from: to wait for them has no end.
void OGRMapflowPrefetch::ForgetInherited()
{
    if (m_generation == mf_fork_generation())
        return;
    for (Item &item : m_items)
    {
        if (item.ahead.valid())
            (void)new std::future<Opened>(std::move(item.ahead));
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

void CPL_STDCALL OGRMapflowPrefetch::Collect(CPLErr type, CPLErrorNum number, const char *text)
{
    auto *const messages = static_cast<std::vector<Message> *>(CPLGetErrorHandlerUserData());
    if (type != CE_Debug)
        messages->push_back({type, number, text});
}

OGRMapflowPrefetch::Opened OGRMapflowPrefetch::OpenHere(const Item &item) const
{
    Opened opened;
    const CPLErrorHandlerPusher collector(Collect, &opened.messages);
    opened.dataset = OGRMapflowDataset::OpenKnown(m_options.ForProcessing(item.id), item.document,
                                                  item.layerName, m_stop);
    return opened;
}

// Who has touched two neighbours one after the other goes through all of them.
void OGRMapflowPrefetch::LookAhead(size_t i)
{
    if (i > 0 && m_items[i - 1].isTouched)
        m_expectsAll = true;
    if (!m_expectsAll)
        return;
    for (size_t at = i; at < m_items.size() && at < i + MAPFLOW_PARALLEL_REQUESTS; ++at)
    {
        Item &item = m_items[at];
        if (!item.isTouched && !item.ahead.valid() && !OpenAhead(item))
            return;
    }
}

// Returns false when the system gives no thread: then it is opened when it is wanted.
bool OGRMapflowPrefetch::OpenAhead(Item &item)
{
    try
    {
        item.ahead =
            std::async(std::launch::async,
                       [this, &item]
                       {
                           Opened opened;
                           OGRMapflowWithOptions(m_config.List(), [&] { opened = OpenHere(item); });
                           return opened;
                       });
        return true;
    }
    catch (const std::system_error &)
    {
        return false;
    }
}

GDALDataset *OGRMapflowPrefetch::Get(size_t i)
{
    const OGRMapflowInterruptible interruptible;
    Item &item = m_items[i];
    ForgetInherited();
    LookAhead(i);
    if (!item.isTouched)
    {
        item.isTouched = true;
        Opened opened = item.ahead.valid() ? item.ahead.get() : OpenHere(item);
        for (const Message &message : opened.messages)
            CPLError(message.type, message.number, "%s", message.text.c_str());
        item.dataset = std::move(opened.dataset);
    }
    if (item.dataset == nullptr && CPLGetLastErrorNo() == CPLE_UserInterrupt)
    {
        // The others see the interrupt as well: the signal must find them ended.
        for (Item &other : m_items)
        {
            if (other.ahead.valid())
                other.ahead.wait();
        }
    }
    return item.dataset.get();
}
