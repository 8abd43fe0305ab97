// SPDX-License-Identifier: MIT
#include "common/reopening.h"

namespace
{

// The last attempt of this thread, unless it was a second one.
struct Attempt
{
    std::string name{}, error{};
    bool isUpdate = false;
};
thread_local Attempt former;

void Report(const OGRMapflowMessage &message)
{
    if (message.text != former.error)
    {
        CPLError(message.type, message.number, "%s", message.text.c_str());
        return;
    }
    CPLDebug("MAPFLOW", "Again: %s", message.text.c_str());
    CPLErrorSetState(message.type, message.number, message.text.c_str());
}

} // namespace

OGRMapflowReopening::OGRMapflowReopening(const char *name, bool isUpdate)
    : m_name(name), m_isUpdate(isUpdate),
      m_isSecond(!former.error.empty() && former.name == name && former.isUpdate != isUpdate)
{
    if (m_isSecond)
        CPLPushErrorHandlerEx(OGRMapflowCollect, &m_messages);
    else
        CPLErrorReset();
}

OGRMapflowReopening::~OGRMapflowReopening()
{
    if (m_isSecond)
        CPLPopErrorHandler();
    for (const OGRMapflowMessage &message : m_messages)
        Report(message);
    if (m_isSecond)
        former = {};
    else
        former = {m_name, CPLGetLastErrorMsg(), m_isUpdate};
}
