// columns: the columns and values of the tables that show documents of the service.
#ifndef MAPFLOW_COLUMNS_H
#define MAPFLOW_COLUMNS_H

#include <string>

#include "common/compat.h"

// Values that are not known (NULL, NaN, below 0 for a count) leave the column unset.
void OGRMapflowSetText(OGRFeature &row, const char *column, const char *text);
// A time without a zone is UTC (API notes 19).
void OGRMapflowSetTime(OGRFeature &row, const char *column, const char *text);
void OGRMapflowSetNumber(OGRFeature &row, const char *column, double number);
void OGRMapflowSetCount(OGRFeature &row, const char *column, int count);

// Square metres of the service as the square kilometres of a column.
void OGRMapflowSetArea(OGRFeature &row, const char *column, double squareMetres);

// The text of a column, "" when it is not set.
std::string OGRMapflowText(const OGRFeature &row, const char *column);

// A feature id that belongs to an object of the service for good, in whatever order and through
// whatever filter it is read: 53 bits of a hash of its UUID, exact as a double too. Among 10 000
// objects two share one in a case of 200 millions.
GIntBig OGRMapflowStableFID(const char *id);

#endif
