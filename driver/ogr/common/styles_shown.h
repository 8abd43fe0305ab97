// SPDX-License-Identifier: MIT
// styles_shown: whether a dataset says that its features have styles.
//
// QGIS asks the driver of a dataset, when it has just got a layer of it. If the driver has feature
// styles, QGIS draws the layer with "embedded symbols", where a polygon without a style has no fill
// and the user cannot choose a colour. So a dataset belongs to one of two drivers: the registered
// one, or its twin, which is the same in everything else.
#ifndef MAPFLOW_STYLES_SHOWN_H
#define MAPFLOW_STYLES_SHOWN_H

#include <memory>

#include "common/compat.h"

// To be called when the driver is registered. nullptr: no dataset is open any more.
void OGRMapflowSetStylelessDriver(std::unique_ptr<GDALDriver> driver);

// The value of GDALDataset::poDriver.
GDALDriver *OGRMapflowDriverFor(bool hasStyles);

#endif
