#include "result/family_layer.h"

#include <set>

namespace
{

OGRMapflowFamily FamilyOf(int geometry)
{
    switch (geometry)
    {
        case MF_GEOMETRY_POLYGON:
        case MF_GEOMETRY_MULTIPOLYGON:
            return OGRMapflowFamily::Polygon;
        case MF_GEOMETRY_LINESTRING:
        case MF_GEOMETRY_MULTILINESTRING:
            return OGRMapflowFamily::Line;
        case MF_GEOMETRY_POINT:
        case MF_GEOMETRY_MULTIPOINT:
            return OGRMapflowFamily::Point;
        default:
            return OGRMapflowFamily::Other;
    }
}

constexpr const char *SUFFIXES[] = {"_polygon", "_line", "_point", "_other"};

} // namespace

OGRMapflowFamilyLayer::OGRMapflowFamilyLayer(std::unique_ptr<OGRMapflowResultLayer> whole,
                                             std::shared_ptr<const mf_result> result,
                                             OGRMapflowFamily family)
    : m_whole(std::move(whole)), m_result(std::move(result)), m_family(family)
{
    SetDescription(m_whole->GetDescription());
    SetMetadata(m_whole->GetMetadata());
    ChooseType();
}

bool OGRMapflowFamilyLayer::Split(GDALDataset *dataset, const std::string &name, const char *model,
                                  const std::shared_ptr<const mf_result> &result,
                                  std::vector<std::unique_ptr<OGRMapflowFamilyLayer>> &layers)
{
    std::set<OGRMapflowFamily> families;
    for (uint64_t i = 0; i < result->collection.feature_count; ++i)
        families.insert(FamilyOf(result->collection.features[i].geometry));
    for (const OGRMapflowFamily family : families)
    {
        auto whole = OGRMapflowResultLayer::Create(
            dataset, (name + SUFFIXES[static_cast<int>(family)]).c_str(), model, result);
        if (whole == nullptr)
            return false;
        layers.emplace_back(new OGRMapflowFamilyLayer(std::move(whole), result, family));
    }
    return true;
}

// The layer of the whole belongs to this one alone, so its type can be narrowed to what is passed
// on.
void OGRMapflowFamilyLayer::ChooseType()
{
    const mf_collection &collection = m_result->collection;
    bool hasSingle = false, hasMultiple = false, hasZ = false;
    for (uint64_t i = 0; i < collection.feature_count; ++i)
    {
        const mf_feature &feature = collection.features[i];
        if (FamilyOf(feature.geometry) != m_family)
            continue;
        hasZ |= feature.has_z != 0;
        const bool isMultiple = feature.geometry >= MF_GEOMETRY_MULTIPOINT;
        hasMultiple |= isMultiple;
        hasSingle |= !isMultiple;
    }
    if (m_family == OGRMapflowFamily::Other)
    {
        // Features without a geometry alone make a table.
        GetLayerDefn()->SetGeomType(hasMultiple ? wkbUnknown : wkbNone);
        return;
    }
    OGRwkbGeometryType type = m_family == OGRMapflowFamily::Polygon ? wkbPolygon
                              : m_family == OGRMapflowFamily::Line  ? wkbLineString
                                                                    : wkbPoint;
    if (hasMultiple)
        type = OGR_GT_GetCollection(type);
    m_makesMultiple = hasMultiple && hasSingle;
    GetLayerDefn()->SetGeomType(hasZ ? OGR_GT_SetZ(type) : type);
}

bool OGRMapflowFamilyLayer::IsMember(GIntBig fid) const
{
    return FamilyOf(m_result->collection.features[fid].geometry) == m_family;
}

std::unique_ptr<OGRFeature> OGRMapflowFamilyLayer::Shaped(std::unique_ptr<OGRFeature> feature) const
{
    const OGRGeometry *const single = feature->GetGeometryRef();
    if (m_makesMultiple && single != nullptr &&
        !OGR_GT_IsSubClassOf(single->getGeometryType(), wkbGeometryCollection))
    {
        std::unique_ptr<OGRGeometry> multiple(OGRGeometryFactory::createGeometry(
            OGR_GT_GetCollection(wkbFlatten(single->getGeometryType()))));
        multiple->toGeometryCollection()->addGeometry(single);
        multiple->assignSpatialReference(single->getSpatialReference());
        feature->SetGeometryDirectly(multiple.release());
    }
    return feature;
}

OGRFeature *OGRMapflowFamilyLayer::Next()
{
    for (;;)
    {
        std::unique_ptr<OGRFeature> feature(m_whole->GetNextFeature());
        if (feature == nullptr)
            return nullptr;
        if (IsMember(feature->GetFID()))
            return Shaped(std::move(feature)).release();
    }
}

OGRFeature *OGRMapflowFamilyLayer::GetFeature(GIntBig fid)
{
    std::unique_ptr<OGRFeature> feature(m_whole->GetFeature(fid));
    return feature != nullptr && IsMember(fid) ? Shaped(std::move(feature)).release() : nullptr;
}

GIntBig OGRMapflowFamilyLayer::GetFeatureCount(int force)
{
    if (!IsUnfiltered())
        return OGRLayer::GetFeatureCount(force);
    GIntBig count = 0;
    for (uint64_t i = 0; i < m_result->collection.feature_count; ++i)
        count += FamilyOf(m_result->collection.features[i].geometry) == m_family;
    return count;
}

// The base class keeps it as well: it is what GetSpatialFilter gives.
OGRErr OGRMapflowFamilyLayer::SpatialFilterSet(int geomField, const OGRGeometry *geometry)
{
    InstallFilter(const_cast<OGRGeometry *>(geometry));
    SetFilterOf(*m_whole, geomField, geometry);
    return OGRERR_NONE;
}

OGRErr OGRMapflowFamilyLayer::SetAttributeFilter(const char *filter)
{
    const OGRErr outcome = m_whole->SetAttributeFilter(filter);
    m_hasAttributeFilter = outcome == OGRERR_NONE && filter != nullptr && filter[0] != '\0';
    return outcome;
}

bool OGRMapflowFamilyLayer::CanDo(const char *capability) const
{
    if (EQUAL(capability, OLCFastFeatureCount))
        return IsUnfiltered();
    if (EQUAL(capability, OLCZGeometries))
        return OGR_GT_HasZ(m_whole->GetLayerDefn()->GetGeomType());
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCFastSpatialFilter) ||
           EQUAL(capability, OLCIgnoreFields) || EQUAL(capability, OLCStringsAsUTF8);
}
