// SPDX-License-Identifier: MIT
#include "layer/lazy_definition.h"

OGRMapflowLazyDefinition::OGRMapflowLazyDefinition(const char *name, bool isListed,
                                                   std::function<const OGRFeatureDefn *()> load)
    : OGRFeatureDefn(name), m_isListed(isListed), m_load(std::move(load))
{
    Reference();
}

void OGRMapflowLazyDefinition::ReplaceGeometry(const OGRFeatureDefn &loaded)
{
    DeleteGeomFieldDefn(0);
    for (int i = 0; i < loaded.GetGeomFieldCount(); ++i)
        AddGeomFieldDefn(loaded.GetGeomFieldDefn(i));
}

// Changes the column in place: a caller may already hold it.
void OGRMapflowLazyDefinition::FillGeometry(const OGRFeatureDefn &loaded)
{
    if (loaded.GetGeomFieldCount() == 0)
        return;
    const OGRGeomFieldDefn *const from = loaded.GetGeomFieldDefn(0);
    OGRGeomFieldDefn *const column = OGRFeatureDefn::GetGeomFieldDefn(0);
    column->SetName(from->GetNameRef());
    column->SetType(from->GetType());
    column->SetSpatialRef(from->GetSpatialRef());
}

OGRMapflowLazyDefinition &OGRMapflowLazyDefinition::Loaded() const
{
    auto &self = *const_cast<OGRMapflowLazyDefinition *>(this);
    if (!m_load)
        return self;
    const auto load = std::move(m_load);
    m_load = nullptr;
    const OGRFeatureDefn *const loaded = load();
    if (loaded == nullptr)
        return self; // keeps the geometry column: a caller may have counted it
    if (m_isListed)
        self.FillGeometry(*loaded);
    else
        self.ReplaceGeometry(*loaded);
    for (int i = 0; i < loaded->GetFieldCount(); ++i)
        self.AddFieldDefn(loaded->GetFieldDefn(i));
    return self;
}
