// area_store: the areas of processings as geometries. Those of a processing never change, so what
// was fetched once serves the whole process: QGIS reads a layer many times over.
#ifndef MAPFLOW_AREA_STORE_H
#define MAPFLOW_AREA_STORE_H

#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "compat.h"

struct OGRMapflowAreas
{
    std::shared_ptr<const OGRMultiPolygon> geometry{}; // nullptr: it has none, or they are not told
    bool isOffered = true;                             // the server tells areas
};

// The areas of each processing, by its id: from memory, else by GET /processings/{id}/aois, several
// at once. Returns false when one of them failed, with its error.
bool OGRMapflowGetAreas(mf_client *client, const std::vector<std::string> &ids,
                        std::vector<OGRMapflowAreas> &areas, mf_error &err);

#endif
