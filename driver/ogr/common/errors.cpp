// SPDX-License-Identifier: MIT
#include "common/errors.h"

#include <vector>

#include "base/clock.h"
#include "base/program.h"
#include "base/signal.h"

namespace
{

thread_local unsigned reported = 0;
thread_local double lastReport = 0; // by mf_clock_monotonic

// s. ogrinfo asks for count, extent and features within this time.
constexpr double AT_ONCE = 1.0;

// ogrinfo prints every error. Other programs may have dropped the first one: QGIS does.
bool PrintsAllErrors()
{
    static const bool isOgrinfo = mf_program_is("ogrinfo", nullptr);
    return isOgrinfo;
}

// Whether GDAL's last error is still this one, reported a moment ago. That message may be longer:
// the first one also states the number of attempts.
bool IsRepetition(const std::string &message)
{
    return PrintsAllErrors() && CPLGetLastErrorType() == CE_Failure &&
           STARTS_WITH(CPLGetLastErrorMsg(), message.c_str()) &&
           mf_clock_monotonic() - lastReport < AT_ONCE;
}

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

void CPL_STDCALL OGRMapflowCollect(CPLErr type, CPLErrorNum number, const char *text)
{
    auto *const messages =
        static_cast<std::vector<OGRMapflowMessage> *>(CPLGetErrorHandlerUserData());
    if (type == CE_Debug)
        CPLDefaultErrorHandler(type, number, text);
    else
        messages->push_back({type, number, text});
}

void OGRMapflowTell(const std::string &line)
{
    if (mf_stderr_is_terminal())
        fprintf(stderr, "%s\n", line.c_str());
    else
        CPLDebug("MAPFLOW", "%s", line.c_str());
}

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

void OGRMapflowReport(CPLErrorNum code, const std::string &message)
{
    ++reported;
    if (IsRepetition(message))
        CPLDebug("MAPFLOW", "Again: %s", message.c_str());
    else
        CPLError(CE_Failure, code, "%s", message.c_str());
    lastReport = mf_clock_monotonic();
}

bool OGRMapflowRaise(const mf_error &err)
{
    OGRMapflowReport(CodeOf(err.kind), OGRMapflowSentence(err));
    return false;
}
