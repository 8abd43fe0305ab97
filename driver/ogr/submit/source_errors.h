// SPDX-License-Identifier: MIT
// source_errors: notes whether the program met an error while it wrote AOIs.
//
// ogr2ogr and others continue after a source fails, or stop with what they have read: the calls of
// CreateFeature and FlushCache look the same as for a complete source. Only the CPLError shows the
// failure, and only to a handler: ogr2ogr resets errors before each feature (CPLErrorReset).
//
// An error that does not reach GDAL's process-wide handler is missed: one that the program catches
// itself, with CPLPushErrorHandler or as an exception in Python.
#ifndef MAPFLOW_SOURCE_ERRORS_H
#define MAPFLOW_SOURCE_ERRORS_H

#include <string>
#include <thread>

#include "common/compat.h"

// Listens during its lifetime. The previous handler still gets every message.
class OGRMapflowSourceErrors
{
  public:
    OGRMapflowSourceErrors();
    ~OGRMapflowSourceErrors();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowSourceErrors)

    // From now on counts only the errors of the calling thread. Initially this is the thread of the
    // constructor.
    void Follow();

    // The message of the first CE_Failure, redacted; "" when there was none.
    std::string First() const;

    // During its lifetime, errors of this thread are the driver's own and do not count.
    class Pause
    {
      public:
        Pause() { ++s_pauses; }
        ~Pause() { --s_pauses; }
        CPL_DISALLOW_COPY_ASSIGN(Pause)
    };

  private:
    static void CPL_STDCALL Hear(CPLErr type, CPLErrorNum code, const char *message);
    static void SetHandler();
    static void UnsetHandler();

    static inline thread_local int s_pauses = 0;

    OGRMapflowSourceErrors *m_next = nullptr;
    std::thread::id m_thread;
    std::string m_first{};
};

#endif
