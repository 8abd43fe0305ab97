#include "submit/submission_layer.h"

#include "common/errors.h"

OGRMapflowSubmissionLayer::OGRMapflowSubmissionLayer(GDALDataset *dataset, const char *name,
                                                     OGRMapflowSubmissionOptions options)
    : m_dataset(dataset), m_defn(new OGRFeatureDefn(name)), m_options(std::move(options))
{
    SetDescription(name);
    m_defn->Reference();
}

OGRMapflowSubmissionLayer::~OGRMapflowSubmissionLayer()
{
    m_defn->Release();
}

std::unique_ptr<OGRMapflowSubmissionLayer>
OGRMapflowSubmissionLayer::Create(GDALDataset *dataset, const char *name,
                                  const OGRSpatialReference *srs, OGRwkbGeometryType type,
                                  OGRMapflowSubmissionOptions options)
{
    if (!OGRMapflowAOIs::IsPossibleLayerType(type))
    {
        CPLError(
            CE_Failure, CPLE_NotSupported,
            "Layer \"%s\" is of the type %s, and areas must be polygons. Nothing is submitted.",
            name, type == wkbNone ? "None" : OGRGeometryTypeToName(type));
        return nullptr;
    }
    std::unique_ptr<OGRMapflowSubmissionLayer> layer(
        new OGRMapflowSubmissionLayer(dataset, name, std::move(options)));
    mf_error err;
    mf_error_init(&err);
    mf_submission *submission = nullptr;
    const mf_submission_options core = layer->m_options.Core();
    if (mf_submission_open(&submission, &core, &err) != 0)
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    layer->m_submission.reset(submission);
    layer->m_aois = OGRMapflowAOIs::Create(srs);
    if (layer->m_aois == nullptr)
        return nullptr;
    layer->m_defn->SetGeomType(type);
    if (srs != nullptr)
    {
        const OGRMapflowSRS copy(srs->Clone());
        layer->m_defn->GetGeomFieldDefn(0)->SetSpatialRef(copy.get());
    }
    return layer;
}

int OGRMapflowSubmissionLayer::TestCapability(const char *capability) MF_CONST_312
{
    return (EQUAL(capability, OLCSequentialWrite) || EQUAL(capability, OLCCreateField) ||
            EQUAL(capability, OLCStringsAsUTF8) || EQUAL(capability, OLCCurveGeometries) ||
            EQUAL(capability, OLCMeasuredGeometries) || EQUAL(capability, OLCZGeometries)) &&
           !m_isFinished;
}

OGRErr OGRMapflowSubmissionLayer::AddField(const OGRFieldDefn *field)
{
    m_defn->AddFieldDefn(field);
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissionLayer::AddFeature(const OGRFeature &feature)
{
    if (m_isFinished)
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "Layer \"%s\" was submitted already: it takes no more features.", GetName());
        return OGRERR_FAILURE;
    }
    if (m_isRefused)
        return OGRERR_FAILURE; // of which the first one has told why
    Written written{m_aois->Convert(feature.GetGeometryRef(), feature.GetFID()), {}};
    m_isRefused = written.area.polygons == nullptr;
    if (m_isRefused)
        return OGRERR_FAILURE;
    if (written.area.polygons->IsEmpty())
    {
        CPLError(CE_Warning, CPLE_AppDefined,
                 "A feature of layer \"%s\" has no geometry: it is left out.", GetName());
        return OGRERR_NONE;
    }
    const int field = feature.GetFieldIndex(m_options.Get("NAME_FIELD").c_str());
    if (field >= 0)
        written.name = feature.GetFieldAsString(field);
    m_written.push_back(std::move(written));
    return OGRERR_NONE;
}

std::string OGRMapflowSubmissionLayer::BaseName() const
{
    const std::string name = m_options.Get("NAME");
    return name.empty() ? std::string(m_defn->GetName()) : name;
}

std::string OGRMapflowSubmissionLayer::NameOf(size_t i) const
{
    return m_options.Get("NAME_FIELD").empty() ? BaseName() + ' ' + std::to_string(i + 1)
                                               : m_written[i].name;
}

bool OGRMapflowSubmissionLayer::HasNameField() const
{
    const std::string field = m_options.Get("NAME_FIELD");
    if (field.empty() || m_defn->GetFieldIndex(field.c_str()) >= 0)
        return true;
    std::string fields;
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
        fields += (i > 0 ? ", " : " ") + std::string(m_defn->GetFieldDefn(i)->GetNameRef());
    CPLError(CE_Failure, CPLE_IllegalArg, "NAME_FIELD=%.40s is no field of layer \"%s\". It has%s.",
             field.c_str(), m_defn->GetName(), fields.empty() ? " none" : fields.c_str());
    return false;
}

static void Move(OGRMultiPolygon &from, OGRMultiPolygon &to)
{
    while (from.getNumGeometries() > 0)
    {
        const int last = from.getNumGeometries() - 1;
        to.addGeometryDirectly(from.getGeometryRef(last));
        from.removeGeometry(last, FALSE);
    }
}

// The polygons of some of the features, as a job takes them. Returns nullptr after one CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowSubmissionLayer::TakePolygons(size_t begin, size_t end)
{
    auto all = std::make_unique<OGRMultiPolygon>();
    OGRMultiPolygon sources;
    bool hasSources = true;
    for (size_t i = begin; i < end; ++i)
    {
        OGRMapflowArea &area = m_written[i].area;
        Move(*area.polygons, *all);
        hasSources = hasSources && area.source != nullptr;
        if (hasSources)
            Move(*area.source, sources);
    }
    if (!m_options.GetBool("DISSOLVE", true))
        return all;
    auto united = hasSources && !sources.IsEmpty() ? m_aois->Unite(sources) : nullptr;
    return OGRMapflowDissolve(united != nullptr ? std::move(united) : std::move(all));
}

bool OGRMapflowSubmissionLayer::AddJob(const std::string &name, size_t begin, size_t end)
{
    const auto polygons = TakePolygons(begin, end);
    mf_polygons core = {};
    if (polygons == nullptr || !OGRMapflowAddPolygons(*polygons, core))
    {
        mf_polygons_free(&core);
        return false;
    }
    mf_error err;
    mf_error_init(&err);
    if (mf_submission_add(m_submission.get(), name.c_str(), &core, &err) == 0)
        return true;
    mf_error_prefix(&err, "layer \"%.60s\"", m_defn->GetName());
    OGRMapflowRaise(err);
    return false;
}

bool OGRMapflowSubmissionLayer::MakeJobs()
{
    m_isFinished = true;
    if (!HasNameField())
        return false;
    if (!EQUAL(m_options.Get("SPLIT").c_str(), "FEATURE") || m_written.empty())
        return AddJob(BaseName(), 0, m_written.size());
    for (size_t i = 0; i < m_written.size(); ++i)
        if (!AddJob(NameOf(i), i, i + 1))
            return false;
    return true;
}
