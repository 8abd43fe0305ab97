// SPDX-License-Identifier: MIT
#include "common/errors.h"

namespace
{

thread_local unsigned reported = 0;

CPLErrorNum CodeOf(mf_error_kind kind)
{
    switch (kind)
    {
        case MF_ERR_ARGUMENT:
            return CPLE_IllegalArg;
        case MF_ERR_MEMORY:
            return CPLE_OutOfMemory;
        case MF_ERR_FILE:
            return CPLE_FileIO;
        case MF_ERR_CANCELLED:
            return CPLE_UserInterrupt;
        case MF_ERR_NOT_FOUND:
        case MF_ERR_NOT_READY:
            return CPLE_OpenFailed;
        case MF_ERR_NETWORK:
        case MF_ERR_TRUNCATED:
        case MF_ERR_AUTH:
        case MF_ERR_FORBIDDEN:
        case MF_ERR_RATE_LIMIT:
        case MF_ERR_REJECTED:
        case MF_ERR_SERVER:
            return CPLE_HttpResponse;
        default:
            return CPLE_AppDefined;
    }
}

} // namespace

unsigned OGRMapflowErrorCount()
{
    return reported;
}

std::string OGRMapflowSentence(const mf_error &err)
{
    std::string message = err.message;
    if (!message.empty())
        message[0] = static_cast<char>(toupper(static_cast<unsigned char>(message[0])));
    return message;
}

void OGRMapflowRaise(const mf_error &err)
{
    ++reported;
    CPLError(CE_Failure, CodeOf(err.kind), "%s", OGRMapflowSentence(err).c_str());
}
