// SPDX-License-Identifier: MIT
// waiting: the open option WAIT, and Ctrl-C.
#ifndef MAPFLOW_WAITING_H
#define MAPFLOW_WAITING_H

#include "api/client.h"
#include "api/processing.h"
#include "api/wait.h"
#include "common/options.h"

// While one of these is alive Ctrl-C ends the requests and waits of the driver within 200 ms; see
// interrupt.h for what becomes of the signal.
class OGRMapflowInterruptible
{
  public:
    OGRMapflowInterruptible();
    ~OGRMapflowInterruptible();
    OGRMapflowInterruptible(const OGRMapflowInterruptible &) = delete;
    OGRMapflowInterruptible &operator=(const OGRMapflowInterruptible &) = delete;
};

// What PROGRESS shows of the check of a stored result: the first opening after a restart of the
// machine reads all of it.
class OGRMapflowCheckProgress
{
  public:
    // `what`: the beginning of the line.
    OGRMapflowCheckProgress(const OGRMapflowOptions &options, std::string what);
    ~OGRMapflowCheckProgress();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowCheckProgress)

    // For mf_result_request: `self` is one of these; bytes.
    static void Show(void *self, uint64_t done, uint64_t total);

  private:
    const std::string m_what;
    const bool m_isWanted, m_isTerminal;
    bool m_isShown = false;
};

// How to wait: WAIT_TIMEOUT, POLL_INTERVAL, PROGRESS.
class OGRMapflowWaiter
{
  public:
    // Makes no request.
    void Read(const OGRMapflowOptions &options, const mf_client *client);

    // s
    double Timeout() const { return m_wanted.timeout; }
    double Interval() const { return m_wanted.interval; }
    void SetTimeout(double seconds) { m_wanted.timeout = seconds; }

    // Tells a program how far the processing is, from 0 to 1, in place of the line on the terminal;
    // that ends the wait by FALSE. `progress` may be nullptr.
    void ReportTo(GDALProgressFunc progress, void *data);
    // Whether the program has ended a wait so.
    bool WasStopped() const { return m_report.wasStopped; }

    // Waits until the processing, which was read before, has ended. Returns false after one
    // CPLError.
    bool Wait(mf_client *client, mf_processing &processing);

  private:
    struct Report
    {
        GDALProgressFunc progress = nullptr;
        void *data = nullptr;
        bool wasStopped = false;
    };
    static int TellProgram(void *ctx, const mf_processing *processing, double seconds);

    mf_wait_options m_wanted = {};
    Report m_report{};
};

// Whether an open may wait. QGIS opens what it shows in the thread of its window, and when a
// project is read: it would stand still for as long as the processing takes. So nothing that is
// opened in its desktop waits, nor what is opened for a list of layers.
bool OGRMapflowMayWait(const OGRMapflowOptions &options);

// With WAIT=YES, where an open may wait: waits until the processing, which was read before, has
// ended, as WAIT_TIMEOUT, POLL_INTERVAL and PROGRESS say. Returns false after one CPLError.
bool OGRMapflowWaitIfWanted(const OGRMapflowOptions &options, mf_client *client,
                            mf_processing &processing);

#endif
