// SPDX-License-Identifier: MIT
// source_errors: whether the program met an error while it wrote areas.
//
// ogr2ogr and others go on after a source that breaks, or end with what they have got:
// CreateFeature and FlushCache look the same as for a whole source. What they do show is the
// CPLError. Only a handler hears of it: ogr2ogr forgets errors before each feature (CPLErrorReset).
//
// An error that does not reach GDAL's handler of the process is not heard: one that the program
// catches itself, with CPLPushErrorHandler or as an exception in Python.
#ifndef MAPFLOW_SOURCE_ERRORS_H
#define MAPFLOW_SOURCE_ERRORS_H

#include <string>
#include <thread>

#include "common/errors.h"

// Listens as long as it lives. The handler that was there before gets every message.
class OGRMapflowSourceErrors
{
  public:
    OGRMapflowSourceErrors();
    ~OGRMapflowSourceErrors();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowSourceErrors)

    // Errors of the calling thread count from now on, and those of no other. Initially it is the
    // thread of the constructor.
    void Follow();

    // The message of the first CE_Failure, redacted; "" when there was none.
    std::string First() const;

    // As long as one lives, the errors of this thread are the driver's own and do not count.
    class Pause
    {
      public:
        Pause();
        ~Pause();
        CPL_DISALLOW_COPY_ASSIGN(Pause)
    };

  private:
    static void CPL_STDCALL Hear(CPLErr type, CPLErrorNum code, const char *message);
    static void SetHandler();
    static void UnsetHandler();

    const OGRMapflowEachError m_each{};
    OGRMapflowSourceErrors *m_next = nullptr;
    std::thread::id m_thread;
    std::string m_first{};
};

#endif
