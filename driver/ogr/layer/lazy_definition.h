// SPDX-License-Identifier: MIT
// lazy_definition: the columns of a layer that is not loaded yet.
#ifndef MAPFLOW_LAZY_DEFINITION_H
#define MAPFLOW_LAZY_DEFINITION_H

#include <functional>

#include "common/compat.h"

// Before loading, has a name and one geometry column of unknown type. The first access to a column
// loads the layer and fills in its definition. Programs that list layers only ask for the number of
// geometry columns; QGIS also asks for that column.
class OGRMapflowLazyDefinition final : public OGRFeatureDefn
{
  public:
    // `load` returns the definition of the loaded layer, or nullptr after one CPLError; then there
    // is no other column. It is called at most once. If `isListed`, access to the geometry column
    // does not call it.
    OGRMapflowLazyDefinition(const char *name, bool isListed,
                             std::function<const OGRFeatureDefn *()> load);

    int GetFieldCount() const override { return Loaded().Base::GetFieldCount(); }
    OGRFieldDefn *GetFieldDefn(int i) override { return Loaded().Base::GetFieldDefn(i); }
    const OGRFieldDefn *GetFieldDefn(int i) const override
    {
        return Loaded().Base::GetFieldDefn(i);
    }
    int GetFieldIndex(const char *name) const override
    {
        return Loaded().Base::GetFieldIndex(name);
    }
    OGRGeomFieldDefn *GetGeomFieldDefn(int i) override
    {
        return Listed().Base::GetGeomFieldDefn(i);
    }
    const OGRGeomFieldDefn *GetGeomFieldDefn(int i) const override
    {
        return Listed().Base::GetGeomFieldDefn(i);
    }
    int GetGeomFieldIndex(const char *name) const override
    {
        return Listed().Base::GetGeomFieldIndex(name);
    }
    OGRFeatureDefn *Clone() const override { return Loaded().Base::Clone(); }

  private:
    using Base = OGRFeatureDefn;

    // Each returns this definition: once it is loaded, or unless a list does not load it.
    OGRMapflowLazyDefinition &Loaded() const;
    OGRMapflowLazyDefinition &Listed() const
    {
        return m_isListed ? *const_cast<OGRMapflowLazyDefinition *>(this) : Loaded();
    }

    void ReplaceGeometry(const OGRFeatureDefn &loaded);
    void FillGeometry(const OGRFeatureDefn &loaded);

    const bool m_isListed;
    // mutable: loading changes nothing that a caller has seen.
    mutable std::function<const OGRFeatureDefn *()> m_load;
};

#endif
