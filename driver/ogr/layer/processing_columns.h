// SPDX-License-Identifier: MIT
// processing_columns: the columns of a processing, wherever it is a row.
#ifndef MAPFLOW_PROCESSING_COLUMNS_H
#define MAPFLOW_PROCESSING_COLUMNS_H

#include "api/processing.h"
#include "layer/columns.h"
#include "layer/field_domains.h"

inline constexpr OGRMapflowColumn<mf_processing> MAPFLOW_PROCESSING_COLUMNS[] = {
    {"id", OGRMapflowKind::Text, "UUID", &mf_processing::id},
    {"name", OGRMapflowKind::Text, "", &mf_processing::name},
    {"description", OGRMapflowKind::Text, "", &mf_processing::description},
    {"project_id", OGRMapflowKind::Text, "UUID", &mf_processing::project_id},
    {"project", OGRMapflowKind::Text, "name of the project"},
    {"status", OGRMapflowKind::Text, "", &mf_processing::status, MAPFLOW_STATUS_DOMAIN},
    {"percent", OGRMapflowKind::Count, "0 to 100", &mf_processing::percent},
    {"review", OGRMapflowKind::Text, "status of the review", &mf_processing::review,
     MAPFLOW_REVIEW_DOMAIN},
    {"model", OGRMapflowKind::Text, "name of the model", &mf_processing::model},
    {"blocks", OGRMapflowKind::Text, "steps of the model that run", &mf_processing::blocks},
    {"provider", OGRMapflowKind::Text, "of the imagery", &mf_processing::provider},
    {"area_km2", OGRMapflowKind::Area, "km²", &mf_processing::area_m2},
    {"cost", OGRMapflowKind::Number, "credits", &mf_processing::cost},
    {"aoi_count", OGRMapflowKind::Count, "number of areas", &mf_processing::aoi_count},
    {"messages", OGRMapflowKind::Text, "what went wrong", &mf_processing::messages},
    {"rating", OGRMapflowKind::Count, "1 to 5", &mf_processing::rating},
    {"created", OGRMapflowKind::Time, "UTC", &mf_processing::created},
    {"updated", OGRMapflowKind::Time, "UTC", &mf_processing::updated},
    {"zoom", OGRMapflowKind::Count, "of the imagery", &mf_processing::zoom},
    {"review_until", OGRMapflowKind::Time, "UTC, end of the time to accept or reject",
     &mf_processing::review_until},
    {"raster", OGRMapflowKind::Flag, "the result is a raster", &mf_processing::is_raster},
};

#endif
