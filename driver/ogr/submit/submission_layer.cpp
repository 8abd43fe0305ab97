// SPDX-License-Identifier: MIT
#include "submit/submission_layer.h"

#include <algorithm>

#include "base/str.h"
#include "common/areas.h"
#include "common/errors.h"
#include "common/polygon_parts.h"
#include "submit/submission_queue.h"

OGRMapflowSubmissionLayer::OGRMapflowSubmissionLayer(GDALDataset *dataset,
                                                     OGRMapflowSubmissions &queue, const char *name,
                                                     OGRMapflowSubmissionOptions options)
    : m_dataset(dataset), m_queue(queue), m_defn(new OGRFeatureDefn(name)),
      m_options(std::move(options))
{
    SetDescription(name);
    m_defn->Reference();
}

OGRMapflowSubmissionLayer::~OGRMapflowSubmissionLayer()
{
    m_defn->Release();
}

std::unique_ptr<OGRMapflowSubmissionLayer>
OGRMapflowSubmissionLayer::Create(GDALDataset *dataset, OGRMapflowSubmissions &queue,
                                  const char *name, const OGRSpatialReference *srs,
                                  OGRwkbGeometryType type, OGRMapflowSubmissionOptions options)
{
    const bool takesPolygons = !options.TakesImageryArea();
    if (takesPolygons && !OGRMapflowAOIs::IsPossibleLayerType(type))
    {
        CPLError(
            CE_Failure, CPLE_NotSupported,
            "Layer \"%s\" is of the type %s, and areas must be polygons. Nothing is submitted.",
            name, type == wkbNone ? "None" : OGRGeometryTypeToName(type));
        return nullptr;
    }
    std::unique_ptr<OGRMapflowSubmissionLayer> layer(
        new OGRMapflowSubmissionLayer(dataset, queue, name, std::move(options)));
    mf_submission *submission = nullptr;
    const mf_submission_options core = layer->m_options.Core();
    if (!OGRMapflowTry(mf_submission_open, &submission, &core))
        return nullptr;
    layer->m_submission.reset(submission);
    layer->m_aois = OGRMapflowAOIs::Create(takesPolygons ? srs : OGRMapflowWGS84().get());
    if (layer->m_aois == nullptr)
        return nullptr;
    layer->m_defn->SetGeomType(type);
    if (srs != nullptr && type != wkbNone)
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
            EQUAL(capability, OLCMeasuredGeometries) || EQUAL(capability, OLCZGeometries) ||
            EQUAL(capability, OLCTransactions)) &&
           !m_isFinished;
}

OGRErr OGRMapflowSubmissionLayer::ICreateFeature(OGRFeature *created)
{
    const OGRMapflowSourceErrors::Pause pause;
    const OGRFeature &feature = *created;
    if (m_isFinished)
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "Layer \"%s\" was submitted already, or rolled back: it accepts no more features.",
                 GetName());
        return OGRERR_FAILURE;
    }
    if (m_isRefused)
        return OGRERR_FAILURE; // the first refusal stated why
    const bool hasGeometry =
        feature.GetGeometryRef() != nullptr && !feature.GetGeometryRef()->IsEmpty();
    if (m_options.TakesImageryArea())
        return hasGeometry ? RefuseFeature() : OGRERR_NONE;
    m_queue.NoteWriting();
    // ogr2ogr passes features without FIDs: count them, from 1.
    ++m_given;
    const GIntBig number = feature.GetFID() != OGRNullFID ? feature.GetFID() : m_given;
    Written written{m_aois->Convert(feature.GetGeometryRef(), number), {}};
    m_isRefused = written.area.polygons == nullptr || !TakeName(feature, number, written.name);
    if (m_isRefused)
        return OGRERR_FAILURE;
    if (written.area.polygons->IsEmpty())
    {
        CPLError(CE_Warning, CPLE_AppDefined,
                 "Feature " CPL_FRMT_GIB " of layer \"%s\" has no %s: it is left out.", number,
                 GetName(), hasGeometry ? "area" : "geometry");
        return OGRERR_NONE;
    }
    m_written.push_back(std::move(written));
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissionLayer::RefuseFeature()
{
    m_isRefused = true;
    CPLError(
        CE_Failure, CPLE_NotSupported,
        "Layer \"%s\" has AOI_FROM=IMAGERY, and takes no features with a geometry: its area is "
        "the footprint of the imagery. Nothing is submitted.",
        GetName());
    return OGRERR_FAILURE;
}

bool OGRMapflowSubmissionLayer::TakeFootprint(const char *wkt)
{
    const auto geometry = OGRMapflowReadShape(wkt);
    Written written{{nullptr, nullptr}, {}};
    const auto number = static_cast<GIntBig>(m_footprints.size()) + 1;
    if (geometry != nullptr && !geometry->IsEmpty())
        written.area = m_aois->Convert(geometry.get(), number);
    else
        CPLError(CE_Failure, CPLE_AppDefined,
                 "AOI_FROM=IMAGERY: the service returned a footprint that cannot be read. Nothing "
                 "is submitted.");
    if (written.area.polygons == nullptr)
        return false;
    m_footprints.push_back(std::move(written));
    return true;
}

bool OGRMapflowSubmissionLayer::FetchArea(mf_client *client)
{
    if (!m_options.TakesImageryArea())
        return true;
    OGRMapflowOwned<mf_str_list_free> footprints;
    int missing = 0;
    bool done =
        OGRMapflowTry(mf_submission_footprints, m_submission.get(), client, &footprints, &missing);
    for (size_t i = 0; done && i < footprints.count; ++i)
        done = TakeFootprint(footprints.items[i]);
    if (done && missing > 0)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "%d images of the mosaic are not ready: the area of layer \"%s\" leaves them out.",
                 missing, GetName());
    return done;
}

// Reads the value of NAME_FIELD. Returns false after one CPLError if it cannot be a name.
bool OGRMapflowSubmissionLayer::TakeName(const OGRFeature &feature, GIntBig number,
                                         std::string &name) const
{
    const std::string key = m_options.Get("NAME_FIELD");
    const int field = key.empty() ? -1 : feature.GetFieldIndex(key.c_str());
    if (field < 0)
        return true;
    if (feature.IsFieldSetAndNotNull(field))
        name = feature.GetFieldAsString(field);
    const char *const fault = mf_str_nonblank(name.c_str()) == nullptr ? "has no value"
                              : !mf_str_is_utf8(name.c_str())          ? "is not UTF-8"
                                                                       : nullptr;
    if (fault != nullptr)
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "NAME_FIELD=%.40s %s in feature " CPL_FRMT_GIB
                 " of layer \"%s\": a processing needs a name. Nothing is submitted.",
                 key.c_str(), fault, number, m_defn->GetName());
    return fault == nullptr;
}

void OGRMapflowSubmissionLayer::Truncate(size_t count)
{
    m_written.resize(std::min(count, m_written.size()));
}

OGRErr OGRMapflowSubmissionLayer::StartTransaction()
{
    return m_queue.Begin();
}

OGRErr OGRMapflowSubmissionLayer::CommitTransaction()
{
    return m_queue.Commit();
}

OGRErr OGRMapflowSubmissionLayer::RollbackTransaction()
{
    return m_queue.Rollback();
}

OGRErr OGRMapflowSubmissionLayer::SyncToDisk()
{
    return m_queue.Finish(m_dataset, false, this) ? OGRERR_NONE : OGRERR_FAILURE;
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
    CPLError(CE_Failure, CPLE_IllegalArg,
             "NAME_FIELD=%.40s is not a field of layer \"%s\". It has%s.", field.c_str(),
             m_defn->GetName(), fields.empty() ? " none" : fields.c_str());
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

// Takes the polygons of features `begin` to `end` for a job. Returns nullptr after one CPLError.
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
    OGRMapflowOwned<mf_polygons_free> core;
    size_t dropped = 0;
    if (polygons == nullptr || !OGRMapflowAddPolygons(*polygons, core, dropped))
        return false;
    if (dropped > 0)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "%d polygons of layer \"%s\" have less than %g m²: they are left out.",
                 static_cast<int>(dropped), GetName(), MF_MIN_RING_AREA);
    OGRMapflowError err;
    if (mf_submission_add(m_submission.get(), name.c_str(), &core, &err) == 0)
        return true;
    mf_error_prefix(&err, "layer \"%.60s\"", m_defn->GetName());
    return OGRMapflowRaise(err);
}

// Areas that several features cover are processed and billed once for each of them.
void OGRMapflowSubmissionLayer::WarnOfOverlaps(const OGRMultiPolygon &all) const
{
    double sum = 0;
    for (size_t i = 0; i < mf_submission_count(m_submission.get()); ++i)
        sum += mf_submission_job(m_submission.get(), i)->area_m2;
    OGRMapflowOwned<mf_polygons_free> core;
    {
        const OGRMapflowQuiet quiet;
        const auto united = OGRMapflowDissolve(std::make_unique<OGRMultiPolygon>(all));
        size_t dropped = 0;
        if (united == nullptr || !OGRMapflowAddPolygons(*united, core, dropped))
            sum = 0; // cannot be known without GEOS
    }
    const double twice = sum - mf_polygons_area(&core);
    if (twice > std::max(1.0, 1e-6 * sum)) // m²: less is due to rounding
        CPLError(
            CE_Warning, CPLE_AppDefined,
            "Features of layer \"%s\" overlap: %.6f km² are processed and billed more than once.",
            m_defn->GetName(), twice / 1e6);
}

bool OGRMapflowSubmissionLayer::MakeJobs()
{
    m_isFinished = true;
    if (m_options.TakesImageryArea())
        m_written = std::move(m_footprints);
    if (!HasNameField())
        return false;
    if (!m_options.Is("SPLIT", "FEATURE") || m_written.empty())
        return AddJob(BaseName(), 0, m_written.size());
    OGRMultiPolygon all;
    for (size_t i = 0; i < m_written.size(); ++i)
    {
        OGRMapflowAddPolygonsOf(*m_written[i].area.polygons, all);
        if (!AddJob(NameOf(i), i, i + 1))
            return false;
    }
    if (m_written.size() > 1)
        WarnOfOverlaps(all);
    return true;
}
