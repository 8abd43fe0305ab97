// SPDX-License-Identifier: MIT
#include "common/styles_shown.h"

// A plain pointer: GDAL may be gone when this library's own variables are destroyed.
static GDALDriver *styleless = nullptr;

void OGRMapflowSetStylelessDriver(std::unique_ptr<GDALDriver> driver)
{
    delete styleless;
    styleless = driver.release();
}

GDALDriver *OGRMapflowDriverFor(bool hasStyles)
{
    return hasStyles ? GetGDALDriverManager()->GetDriverByName("MAPFLOW") : styleless;
}
