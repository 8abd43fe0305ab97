// SPDX-License-Identifier: MIT
#include "layer/lazy_definition.h"

OGRMapflowLazyDefinition::OGRMapflowLazyDefinition(const char *name,
                                                   std::function<const OGRFeatureDefn *()> load)
    : OGRFeatureDefn(name), m_load(std::move(load))
{
    Reference();
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
        return; // a caller may have counted the geometry column
    self->DeleteGeomFieldDefn(0);
    for (int i = 0; i < loaded->GetGeomFieldCount(); ++i)
        self->AddGeomFieldDefn(loaded->GetGeomFieldDefn(i));
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
    Load();
    return OGRFeatureDefn::GetGeomFieldDefn(i);
}

const OGRGeomFieldDefn *OGRMapflowLazyDefinition::GetGeomFieldDefn(int i) const
{
    Load();
    return OGRFeatureDefn::GetGeomFieldDefn(i);
}

int OGRMapflowLazyDefinition::GetGeomFieldIndex(const char *name) const
{
    Load();
    return OGRFeatureDefn::GetGeomFieldIndex(name);
}

OGRFeatureDefn *OGRMapflowLazyDefinition::Clone() const
{
    Load();
    return OGRFeatureDefn::Clone();
}
