// SPDX-License-Identifier: MIT
// waiting: the open option WAIT, and Ctrl-C.
#ifndef MAPFLOW_WAITING_H
#define MAPFLOW_WAITING_H

#include "api/client.h"
#include "api/processing.h"
#include "api/wait.h"
#include "base/interrupt.h"
#include "common/options.h"

// While an instance exists, Ctrl-C ends the driver's requests and waits within 200 ms. interrupt.h
// describes what happens to the signal.
class OGRMapflowInterruptible
{
  public:
    OGRMapflowInterruptible() { mf_interrupt_begin(); }
    ~OGRMapflowInterruptible() { mf_interrupt_end(); }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowInterruptible)
};

// Shows the check of a stored result if PROGRESS allows it. The first opening after a restart of
// the machine reads the whole result.
class OGRMapflowCheckProgress
{
  public:
    // `what`: the beginning of the line.
    OGRMapflowCheckProgress(const OGRMapflowOptions &options, std::string what);
    ~OGRMapflowCheckProgress();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowCheckProgress)

    // For mf_result_request: `self` is an instance; sizes in bytes.
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
    // Time that earlier waits have taken out of WAIT_TIMEOUT.
    void SetWaited(double seconds) { m_wanted.waited = seconds; }

    // Reports progress, from 0 to 1, to a program instead of the terminal. If `progress` returns
    // FALSE, the wait ends. `progress` may be nullptr.
    void ReportTo(GDALProgressFunc progress, void *data);
    // Whether the program has ended a wait this way.
    bool WasStopped() const { return m_report.wasStopped; }

    // Waits until a processing that was read before has ended. Returns false after one CPLError.
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

// Whether an open may wait. QGIS opens layers in its GUI thread, also when it reads a project, and
// would freeze until the processing has ended. So nothing waits in QGIS Desktop, or when layers are
// listed.
bool OGRMapflowMayWait(const OGRMapflowOptions &options);

// If WAIT=YES and an open may wait: waits until a processing that was read before has ended,
// subject to WAIT_TIMEOUT, POLL_INTERVAL and PROGRESS. Returns false after one CPLError.
bool OGRMapflowWaitIfWanted(const OGRMapflowOptions &options, mf_client *client,
                            mf_processing &processing);

#endif
