// report: errors of the core as CPLErrors.
#ifndef MAPFLOW_REPORT_H
#define MAPFLOW_REPORT_H

#include "compat.h"
#include "error.h"

// Raises one CE_Failure with the CPLE code that is closest to the kind of the error.
void OGRMapflowReport(const mf_error &err);

#endif
