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

void OGRMapflowLazyDefinition::Load() const
{
    if (!m_load)
        return;
    const auto load = std::move(m_load);
    m_load = nullptr;
    auto *const self = const_cast<OGRMapflowLazyDefinition *>(this);
    const OGRFeatureDefn *const loaded = load();
    if (loaded == nullptr)
        return; // keeps the geometry column: a caller may have counted it
    if (m_isListed)
        self->FillGeometry(*loaded);
    else
        self->ReplaceGeometry(*loaded);
    for (int i = 0; i < loaded->GetFieldCount(); ++i)
        self->AddFieldDefn(loaded->GetFieldDefn(i));
}

int OGRMapflowLazyDefinition::GetFieldCount() const
{
    Load();
    return OGRFeatureDefn::GetFieldCount();
}

OGRFieldDefn *OGRMapflowLazyDefinition::GetFieldDefn(int i)
{
    Load();
    return OGRFeatureDefn::GetFieldDefn(i);
}

const OGRFieldDefn *OGRMapflowLazyDefinition::GetFieldDefn(int i) const
{
    Load();
    return OGRFeatureDefn::GetFieldDefn(i);
}

int OGRMapflowLazyDefinition::GetFieldIndex(const char *name) const
{
    Load();
    return OGRFeatureDefn::GetFieldIndex(name);
}

OGRGeomFieldDefn *OGRMapflowLazyDefinition::GetGeomFieldDefn(int i)
{
    LoadGeometry();
    return OGRFeatureDefn::GetGeomFieldDefn(i);
}

const OGRGeomFieldDefn *OGRMapflowLazyDefinition::GetGeomFieldDefn(int i) const
{
    LoadGeometry();
    return OGRFeatureDefn::GetGeomFieldDefn(i);
}

int OGRMapflowLazyDefinition::GetGeomFieldIndex(const char *name) const
{
    LoadGeometry();
    return OGRFeatureDefn::GetGeomFieldIndex(name);
}

OGRFeatureDefn *OGRMapflowLazyDefinition::Clone() const
{
    Load();
    return OGRFeatureDefn::Clone();
}
