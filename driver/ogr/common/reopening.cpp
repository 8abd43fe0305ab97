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

} // namespace

OGRMapflowReopening::OGRMapflowReopening(const char *name, bool isUpdate)
    : m_name(name), m_isUpdate(isUpdate),
      m_isSecond(!former.error.empty() && former.name == name && former.isUpdate != isUpdate)
{
    if (m_isSecond)
        CPLPushErrorHandlerEx(HoldBack, this);
    else
        CPLErrorReset();
}

OGRMapflowReopening::~OGRMapflowReopening()
{
    if (m_isSecond)
        CPLPopErrorHandler();
    for (const Message &message : m_messages)
        Report(message);
    if (m_isSecond)
        former = {};
    else
        former = {m_name, CPLGetLastErrorMsg(), m_isUpdate};
}

void CPL_STDCALL OGRMapflowReopening::HoldBack(CPLErr type, CPLErrorNum number, const char *text)
{
    auto *const self = static_cast<OGRMapflowReopening *>(CPLGetErrorHandlerUserData());
    if (type == CE_Debug)
        CPLDefaultErrorHandler(type, number, text); // to the log, at once
    else
        self->m_messages.push_back({type, number, text});
}

void OGRMapflowReopening::Report(const Message &message)
{
    if (message.text != former.error)
    {
        CPLError(message.type, message.number, "%s", message.text.c_str());
        return;
    }
    CPLDebug("MAPFLOW", "Again: %s", message.text.c_str());
    CPLErrorSetState(message.type, message.number, message.text.c_str());
}
