// waiting: the open option WAIT, and Ctrl-C.
#ifndef MAPFLOW_WAITING_H
#define MAPFLOW_WAITING_H

#include "client.h"
#include "options.h"
#include "processing.h"

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

// With WAIT=YES: waits until the processing, which was read before, has ended, as WAIT_TIMEOUT,
// POLL_INTERVAL and PROGRESS say. Returns false after one CPLError.
bool OGRMapflowWaitIfWanted(const OGRMapflowOptions &options, mf_client *client,
                            mf_processing &processing);

#endif
