// SPDX-License-Identifier: MIT
// styles_shown: whether a dataset declares that its features have styles.
//
// QGIS asks the driver of a dataset right after it has got a layer. If the driver has feature
// styles, QGIS draws the layer with "embedded symbols": a polygon without a style has no fill, and
// the user cannot choose a colour. So a dataset belongs to one of two drivers: the registered one,
// or its twin, which differs only in this.
#ifndef MAPFLOW_STYLES_SHOWN_H
#define MAPFLOW_STYLES_SHOWN_H

#include <memory>

#include "common/compat.h"

// Call it when the driver is registered. Pass nullptr when no dataset is open any more.
void OGRMapflowSetStylelessDriver(std::unique_ptr<GDALDriver> driver);

// The value of GDALDataset::poDriver.
GDALDriver *OGRMapflowDriverFor(bool hasStyles);

#endif
