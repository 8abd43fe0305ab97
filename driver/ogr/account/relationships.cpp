// SPDX-License-Identifier: MIT
#include "account/relationships.h"

static GDALRelationship OneToMany(const char *name, const char *left, const char *right,
                                  const char *reference)
{
    GDALRelationship relationship(name, left, right);
    relationship.SetType(GDALRelationshipType::GRT_COMPOSITE); // deleting the parent deletes these
    relationship.SetLeftTableFields({"id"});
    relationship.SetRightTableFields({reference});
    relationship.SetRelatedTableType("features");
    return relationship;
}

const std::vector<GDALRelationship> &OGRMapflowRelationships()
{
    static const std::vector<GDALRelationship> all = {
        OneToMany("projects_processings", "projects", "processings", "project_id"),
        OneToMany("mosaics_images", "mosaics", "images", "mosaic_id")};
    return all;
}
