// SPDX-License-Identifier: MIT
#include "common/waiting.h"

#include <algorithm>
#include <cstdio>

#include "api/wait.h"
#include "base/signal.h"
#include "common/errors.h"
#include "http/url.h"

namespace
{

bool IsLoopback(const mf_client *client)
{
    mf_url url;
    return mf_url_parse(&url, mf_client_base_url(client), nullptr) == 0 &&
           mf_url_is_loopback(&url) != 0;
}

// Replaces control characters, which a name may contain.
void ShowLine(std::string line, bool isTerminal)
{
    for (char &c : line)
        c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    fprintf(stderr, isTerminal ? "\r\033[K%s" : "%s\n", line.c_str());
    fflush(stderr);
}

bool WantsProgress(const OGRMapflowOptions &options)
{
    const std::string progress = options.Get("PROGRESS", "AUTO");
    return EQUAL(progress.c_str(), "YES") ||
           (EQUAL(progress.c_str(), "AUTO") && mf_stderr_is_terminal());
}

// Shows one line, which is rewritten on a terminal; elsewhere a new line for each poll.
int ShowProgress(void *ctx, const mf_processing *p, double seconds)
{
    const bool isTerminal = *static_cast<const bool *>(ctx);
    const int elapsed = static_cast<int>(seconds);
    std::string line = std::string(p->name) + ": " + (p->status[0] != '\0' ? p->status : "unknown");
    if (p->percent >= 0)
        line += CPLSPrintf(", %d %%", p->percent);
    if (p->state == MF_STATE_REWORK)
        line += std::string(", review ") + p->review;
    line += elapsed < 60 ? CPLSPrintf(", %d s", elapsed)
                         : CPLSPrintf(", %d min %02d s", elapsed / 60, elapsed % 60);
    ShowLine(line, isTerminal);
    return 0;
}

} // namespace

OGRMapflowCheckProgress::OGRMapflowCheckProgress(const OGRMapflowOptions &options, std::string what)
    : m_what(std::move(what)), m_isWanted(WantsProgress(options)),
      m_isTerminal(mf_stderr_is_terminal() != 0)
{
}

OGRMapflowCheckProgress::~OGRMapflowCheckProgress()
{
    if (m_isShown && m_isTerminal)
        fputs("\n", stderr);
}

void OGRMapflowCheckProgress::Show(void *self, uint64_t done, uint64_t total)
{
    auto *const progress = static_cast<OGRMapflowCheckProgress *>(self);
    if (!progress->m_isWanted)
        return;
    progress->m_isShown = true;
    ShowLine(CPLSPrintf(
                 "%s: the stored result is checked, %d %%", progress->m_what.c_str(),
                 static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total))),
             progress->m_isTerminal);
}

void OGRMapflowWaiter::Read(const OGRMapflowOptions &options, const mf_client *client)
{
    m_wanted.timeout = options.GetSeconds("WAIT_TIMEOUT", MF_WAIT_DEFAULT_TIMEOUT);
    m_wanted.interval = options.GetSeconds("POLL_INTERVAL", MF_WAIT_DEFAULT_INTERVAL);
    // A local server may be polled as often as the user likes.
    if (m_wanted.interval < MF_WAIT_LEAST_INTERVAL && !IsLoopback(client))
    {
        CPLError(CE_Warning, CPLE_AppDefined,
                 "POLL_INTERVAL=%g is too short for the service: %g s is used.", m_wanted.interval,
                 MF_WAIT_LEAST_INTERVAL);
        m_wanted.interval = MF_WAIT_LEAST_INTERVAL;
    }
    if (WantsProgress(options))
        m_wanted.progress = ShowProgress;
}

void OGRMapflowWaiter::ReportTo(GDALProgressFunc progress, void *data)
{
    m_report.progress = progress;
    m_report.data = data;
    if (progress != nullptr)
        m_wanted.progress = TellProgram;
}

int OGRMapflowWaiter::TellProgram(void *ctx, const mf_processing *p, double)
{
    auto *const report = static_cast<Report *>(ctx);
    const double part = mf_processing_is_terminal(p) ? 1 : std::max(0, p->percent) / 100.0;
    report->wasStopped = report->progress(part, p->status, report->data) == FALSE;
    return report->wasStopped;
}

bool OGRMapflowWaiter::Wait(mf_client *client, mf_processing &processing)
{
    bool isTerminal = mf_stderr_is_terminal() != 0;
    mf_wait_options wanted = m_wanted;
    wanted.ctx = m_report.progress != nullptr ? static_cast<void *>(&m_report) : &isTerminal;
    OGRMapflowError err;
    const bool mustWait = !mf_processing_is_terminal(&processing);
    const bool done = mf_wait(&processing, client, &wanted, &err) == 0;
    if (!mustWait && m_report.progress != nullptr)
        m_report.progress(1, "", m_report.data);
    if (mustWait && wanted.progress == ShowProgress && isTerminal)
        fputs("\n", stderr);
    return done || OGRMapflowRaise(err);
}

// QGIS Desktop runs as qgis, qgis.bin, qgis-ltr.bin or QGIS; qgis_process has no window.
static bool IsQGISDesktop()
{
    char path[4096] = "";
    if (CPLGetExecPath(path, sizeof path) == FALSE)
        return false;
    const char *const name = CPLGetFilename(path);
    return STARTS_WITH_CI(name, "qgis") && !STARTS_WITH_CI(name, "qgis_");
}

bool OGRMapflowMayWait(const OGRMapflowOptions &options)
{
    static const bool isQGISDesktop = IsQGISDesktop();
    return !isQGISDesktop && !options.IsListing();
}

bool OGRMapflowWaitIfWanted(const OGRMapflowOptions &options, mf_client *client,
                            mf_processing &processing)
{
    OGRMapflowWaiter waiter;
    waiter.Read(options, client);
    return !options.GetBool("WAIT", false) || !OGRMapflowMayWait(options) ||
           waiter.Wait(client, processing);
}
