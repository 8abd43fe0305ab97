// SPDX-License-Identifier: MIT
// algorithm: `gdal driver mapflow`, from GDAL 3.11 on.
#ifndef MAPFLOW_ALGORITHM_H
#define MAPFLOW_ALGORITHM_H

#include "common/compat.h"

// Declares the commands of commands.h to GDAL. Makes no request.
#ifdef MF_HAS_PROGRAM
void OGRMapflowDeclareCommands(GDALDriver &driver);
#else
inline void OGRMapflowDeclareCommands(GDALDriver &) {}
#endif

#endif
