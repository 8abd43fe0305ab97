// errors: errors of the core as CPLErrors.
#ifndef MAPFLOW_ERRORS_H
#define MAPFLOW_ERRORS_H

#include "base/error.h"
#include "common/compat.h"

// Raises one CE_Failure with the CPLE code that is closest to the kind of the error.
void OGRMapflowRaise(const mf_error &err);

// How many this thread has raised so far: who must know whether something failed, where GDAL does
// not say so, compares.
unsigned OGRMapflowErrorCount();

#endif
