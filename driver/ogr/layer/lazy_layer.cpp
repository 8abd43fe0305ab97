// SPDX-License-Identifier: MIT
#include "layer/lazy_layer.h"

#include "common/errors.h"
#include "layer/statement_dataset.h"
#include "ogr_recordbatch.h"

OGRMapflowLazyLayer::OGRMapflowLazyLayer(GDALDataset *dataset, const std::string &name,
                                         std::function<OGRLayer *()> load, Purpose purpose)
    : m_dataset(dataset), m_load(std::move(load)), m_purpose(purpose)
{
    SetDescription(name.c_str());
}

OGRMapflowLazyLayer::~OGRMapflowLazyLayer()
{
    if (m_lazy != nullptr)
        m_lazy->Release();
}

OGRLayer *OGRMapflowLazyLayer::Inner() const
{
    if (m_load)
    {
        const auto load = std::move(m_load);
        m_load = nullptr;
        m_inner = load();
        if (m_inner != nullptr)
            AddMetadata(m_inner->GetMetadata());
        else
            m_failure = CPLGetLastErrorMsg();
    }
    m_refusals += m_inner == nullptr;
    return m_inner;
}

void OGRMapflowLazyLayer::AddMetadata(CSLConstList items) const
{
    CPLStringList all(CSLDuplicate(const_cast<OGRMapflowLazyLayer *>(this)->GetMetadata()));
    all.Assign(CSLMerge(all.StealList(), items));
    const_cast<OGRMapflowLazyLayer *>(this)->SetMetadata(all.List());
}

// Keeps the lazy definition if the layer cannot be loaded: a caller may have counted its geometry
// column.
MF_CONST_312 OGRFeatureDefn *OGRMapflowLazyLayer::GetLayerDefn() MF_CONST_312
{
    if (!IsUntouched() && Inner() != nullptr)
        return m_inner->GetLayerDefn();
    if (m_lazy == nullptr)
        m_lazy = new OGRMapflowLazyDefinition(GetDescription(), m_purpose == Purpose::List,
                                              [this]() -> const OGRFeatureDefn *
                                              {
                                                  OGRLayer *const inner = Inner();
                                                  return inner != nullptr ? inner->GetLayerDefn()
                                                                          : nullptr;
                                              });
    return m_lazy;
}

OGRwkbGeometryType OGRMapflowLazyLayer::GetGeomType() MF_CONST_312
{
    return IsUntouched() ? wkbUnknown : GetLayerDefn()->GetGeomType();
}

void OGRMapflowLazyLayer::ResetReading()
{
    // A layer that is not loaded is at its start.
    if (m_inner != nullptr)
        m_inner->ResetReading();
}

// Repeats the load error at each attempt, so that the layer is not mistaken for an empty one.
OGRLayer *OGRMapflowLazyLayer::InnerOrError()
{
    const bool isRepetition = !m_failure.empty();
    OGRLayer *const inner = Inner();
    if (inner == nullptr && isRepetition)
        OGRMapflowReport(CPLE_AppDefined, m_failure);
    return inner;
}

OGRFeature *OGRMapflowLazyLayer::GetNextFeature()
{
    return InnerOrError() != nullptr ? m_inner->GetNextFeature() : nullptr;
}

OGRErr OGRMapflowLazyLayer::SetNextByIndex(GIntBig index)
{
    return InnerOrError() != nullptr ? m_inner->SetNextByIndex(index) : OGRERR_FAILURE;
}

OGRFeature *OGRMapflowLazyLayer::GetFeature(GIntBig fid)
{
    return InnerOrError() != nullptr ? m_inner->GetFeature(fid) : nullptr;
}

// A count that is not forced does not start a download.
GIntBig OGRMapflowLazyLayer::GetFeatureCount(int force)
{
    if (!force && IsUntouched())
        return -1;
    return InnerOrError() != nullptr ? m_inner->GetFeatureCount(force) : -1;
}

OGRErr OGRMapflowLazyLayer::ExtentOf(int geomField, OGREnvelope *extent, bool force)
{
    return InnerOrError() != nullptr ? m_inner->GetExtent(geomField, extent, force)
                                     : OGRERR_FAILURE;
}

// Also sets the filter of the base class, which GetSpatialFilter returns.
OGRErr OGRMapflowLazyLayer::SpatialFilterSet(int geomField, const OGRGeometry *geometry)
{
    InstallFilter(const_cast<OGRGeometry *>(geometry));
    if (geometry == nullptr && IsUntouched())
        return OGRERR_NONE;
    if (Inner() == nullptr)
        return OGRERR_FAILURE;
    SetFilterOf(*m_inner, geomField, geometry);
    return OGRERR_NONE;
}

OGRErr OGRMapflowLazyLayer::SetAttributeFilter(const char *filter)
{
    CPLFree(m_pszAttrQueryString); // which GetAttrQueryString returns
    m_pszAttrQueryString = filter != nullptr ? CPLStrdup(filter) : nullptr;
    if (filter == nullptr && IsUntouched())
        return OGRERR_NONE;
    return InnerOrError() != nullptr ? m_inner->SetAttributeFilter(filter) : OGRERR_FAILURE;
}

OGRErr OGRMapflowLazyLayer::SetIgnoredFields(IgnoredFields fields)
{
    return Inner() != nullptr ? m_inner->SetIgnoredFields(fields) : OGRERR_FAILURE;
}

int OGRMapflowLazyLayer::TestCapability(const char *capability) MF_CONST_312
{
    if (EQUAL(capability, OLCFastGetArrowStream) &&
        OGRMapflowStatementDataset::RenamesGeometry(m_dataset))
        return FALSE;
    return Inner() != nullptr ? m_inner->TestCapability(capability) : FALSE;
}

bool OGRMapflowLazyLayer::GetArrowStream(ArrowArrayStream *stream, CSLConstList options)
{
    return InnerOrError() != nullptr && m_inner->GetArrowStream(stream, options);
}

int OGRMapflowLazyLayer::GetArrowSchema(ArrowArrayStream *stream, ArrowSchema *schema)
{
    return stream->get_schema(stream, schema);
}

int OGRMapflowLazyLayer::GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array)
{
    return stream->get_next(stream, array);
}

OGRStyleTable *OGRMapflowLazyLayer::GetStyleTable()
{
    return Inner() != nullptr ? m_inner->GetStyleTable() : nullptr;
}
