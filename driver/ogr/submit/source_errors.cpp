// SPDX-License-Identifier: MIT
#include "submit/source_errors.h"

#include <atomic>
#include <mutex>

#include "base/redact.h"

namespace
{

// GDAL calls the handler under its own lock, which CPLSetErrorHandlerEx() takes too. The handler
// takes `mutex`, so `mutex` is never held while that function is called.
std::mutex mutex; // guards the list and its listeners
std::mutex settingMutex;
OGRMapflowSourceErrors *listeners = nullptr;
std::atomic<CPLErrorHandler> former{CPLDefaultErrorHandler};

// Returns the data of the process's error handler. A thread that has pushed its own handlers would
// get theirs, so a new thread is asked.
void *DataOfHandler()
{
    void *data = nullptr;
    std::thread([&data] { data = CPLGetErrorHandlerUserData(); }).join();
    return data;
}

std::string Redacted(const char *message)
{
    std::string text = message;
    mf_redact(text.data());
    return text.c_str();
}

} // namespace

void CPL_STDCALL OGRMapflowSourceErrors::Hear(CPLErr type, CPLErrorNum code, const char *message)
{
    if (type == CE_Failure && s_pauses == 0)
    {
        const std::lock_guard<std::mutex> lock(mutex);
        for (auto *listener = listeners; listener != nullptr; listener = listener->m_next)
            if (listener->m_thread == std::this_thread::get_id() && listener->m_first.empty())
                listener->m_first = Redacted(message);
    }
    former.load()(type, code, message); // R's may leave by longjmp(): no lock is held
}

void OGRMapflowSourceErrors::SetHandler()
{
    // The former handler reads its data, so pass it on.
    const CPLErrorHandler found = CPLSetErrorHandlerEx(Hear, DataOfHandler());
    if (found != Hear)
        former = found;
}

void OGRMapflowSourceErrors::UnsetHandler()
{
    void *const data = DataOfHandler();
    const CPLErrorHandler found = CPLSetErrorHandlerEx(former, data);
    if (found != Hear) // the program has set another one since
        CPLSetErrorHandlerEx(found, data);
}

OGRMapflowSourceErrors::OGRMapflowSourceErrors() : m_thread(std::this_thread::get_id())
{
    const std::lock_guard<std::mutex> setting(settingMutex);
    {
        const std::lock_guard<std::mutex> lock(mutex);
        m_next = listeners;
        listeners = this;
    }
    if (m_next == nullptr)
        SetHandler();
}

OGRMapflowSourceErrors::~OGRMapflowSourceErrors()
{
    const std::lock_guard<std::mutex> setting(settingMutex);
    bool isLast;
    {
        const std::lock_guard<std::mutex> lock(mutex);
        OGRMapflowSourceErrors **link = &listeners;
        while (*link != this)
            link = &(*link)->m_next;
        *link = m_next;
        isLast = listeners == nullptr;
    }
    if (isLast)
        UnsetHandler();
}

void OGRMapflowSourceErrors::Follow()
{
    const std::lock_guard<std::mutex> lock(mutex);
    m_thread = std::this_thread::get_id();
}

std::string OGRMapflowSourceErrors::First() const
{
    const std::lock_guard<std::mutex> lock(mutex);
    return m_first;
}
