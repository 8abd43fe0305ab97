// SPDX-License-Identifier: MIT
#include "result/row_filter.h"

#include "ogr_swq.h"

static OGRFeatureQuery &Compile(OGRFeatureQuery &query, OGRLayer &layer, const char *text)
{
    query.Compile(&layer, text);
    return query;
}

// The filter's list of columns ignores case. It is empty if the filter has a column that cannot be
// listed.
OGRMapflowFilterNeeds::OGRMapflowFilterNeeds(OGRFeatureQuery &query, const OGRFeatureDefn &defn)
{
    const CPLStringList used(query.GetUsedFields());
    const bool isUnknown = used.Count() == 0;
    geometry = style = isUnknown;
    for (int i = 0; i < used.Count(); ++i)
    {
        geometry |= STARTS_WITH_CI(used[i], "OGR_GEOM");
        style |= EQUAL(used[i], "OGR_STYLE");
    }
    for (int field = 0; field < defn.GetFieldCount(); ++field)
    {
        if (isUnknown || used.FindString(defn.GetFieldDefn(field)->GetNameRef()) >= 0)
            fields.push_back(field);
    }
}

bool OGRMapflowListsFIDs(OGRFeatureQuery &query, const OGRFeatureDefn &defn)
{
    const auto *const root = static_cast<const swq_expr_node *>(query.GetSWQExpr());
    return root->eNodeType == SNT_OPERATION &&
           (root->nOperation == SWQ_IN || root->nOperation == SWQ_EQ) &&
           root->papoSubExpr[0]->eNodeType == SNT_COLUMN &&
           root->papoSubExpr[0]->field_index == defn.GetFieldCount() + SPF_FID;
}

OGRMapflowRowFilter::OGRMapflowRowFilter(OGRLayer &layer, const char *text,
                                         const OGRMapflowFeatureMaker &maker)
    : m_maker(maker), m_feature(layer.GetLayerDefn()),
      m_needs(Compile(m_query, layer, text), *layer.GetLayerDefn())
{
}

bool OGRMapflowRowFilter::Passes(const OGRMapflowRow &row, GIntBig fid)
{
    m_feature.SetFID(fid);
    for (const int field : m_needs.fields)
    {
        m_feature.UnsetField(field);
        m_maker.SetField(m_feature, row, field);
    }
    if (m_needs.geometry)
    {
        m_feature.SetGeometryDirectly(nullptr);
        m_maker.SetGeometry(m_feature, row);
    }
    if (m_needs.style)
        m_maker.SetStyle(m_feature, row);
    return m_query.Evaluate(&m_feature) != 0;
}
