// SPDX-License-Identifier: MIT
// lazy_definition: the columns of a layer that is not loaded.
#ifndef MAPFLOW_LAZY_DEFINITION_H
#define MAPFLOW_LAZY_DEFINITION_H

#include <functional>

#include "common/compat.h"

// Knows its name, and that there is one geometry column of unknown type. The first look at a column
// loads the layer, and fills in what its definition has: programs that list layers ask for no more
// than the number of geometry columns, QGIS for that column too.
class OGRMapflowLazyDefinition final : public OGRFeatureDefn
{
  public:
    // `load` returns the definition of the loaded layer, nullptr after one CPLError: then there is
    // no other column. It is called once at most; `isListed`: not for the geometry column.
    OGRMapflowLazyDefinition(const char *name, bool isListed,
                             std::function<const OGRFeatureDefn *()> load);

    int GetFieldCount() const override;
    OGRFieldDefn *GetFieldDefn(int i) override;
    const OGRFieldDefn *GetFieldDefn(int i) const override;
    int GetFieldIndex(const char *name) const override;
    OGRGeomFieldDefn *GetGeomFieldDefn(int i) override;
    const OGRGeomFieldDefn *GetGeomFieldDefn(int i) const override;
    int GetGeomFieldIndex(const char *name) const override;
    OGRFeatureDefn *Clone() const override;

  private:
    void Load() const;
    void LoadGeometry() const
    {
        if (!m_isListed)
            Load();
    }

    void ReplaceGeometry(const OGRFeatureDefn &loaded);
    void FillGeometry(const OGRFeatureDefn &loaded);

    const bool m_isListed;
    // Loading changes nothing that a caller could see before.
    mutable std::function<const OGRFeatureDefn *()> m_load;
};

#endif
