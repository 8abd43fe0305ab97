// SPDX-License-Identifier: MIT
// errors: errors of the core as CPLErrors.
#ifndef MAPFLOW_ERRORS_H
#define MAPFLOW_ERRORS_H

#include <string>

#include "base/error.h"
#include "common/compat.h"

// The message of an error as the beginning of a sentence.
std::string OGRMapflowSentence(const mf_error &err);

// Reports an error of a layer that fails in the same way whatever it is asked for. ogrinfo asks for
// count, extent and features, and its user reads the error once: when it still is the last one of
// GDAL, and was reported within the last second, it is a line of the debug log.
void OGRMapflowReport(CPLErrorNum code, const std::string &message);

// As long as one lives, each error is reported: what listens for errors must hear it.
class OGRMapflowEachError
{
  public:
    OGRMapflowEachError();
    ~OGRMapflowEachError();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowEachError)
};

// Reports an error of the core, with the CPLE code that is closest to its kind.
void OGRMapflowRaise(const mf_error &err);

// Calls a function of the core whose last argument is a mf_error *, with the others before it.
// Returns whether it succeeded; if not, its error is raised.
template <class Function, class... Arguments>
bool OGRMapflowTry(Function function, const Arguments &...arguments)
{
    mf_error err;
    mf_error_init(&err);
    const bool done = function(arguments..., &err) == 0;
    if (!done)
        OGRMapflowRaise(err);
    return done;
}

// How many this thread has raised so far: who must know whether something failed, where GDAL does
// not say so, compares.
unsigned OGRMapflowErrorCount();

#endif
