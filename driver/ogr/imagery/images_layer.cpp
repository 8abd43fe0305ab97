// SPDX-License-Identifier: MIT
#include "imagery/images_layer.h"

#include <vector>

#include "common/errors.h"
#include "common/owned.h"
#include "common/parallel.h"
#include "common/spatial_reference.h"
#include "imagery/footprint.h"
#include "layer/field_domains.h"
#include "layer/stable_fid.h"

namespace
{

using Kind = OGRMapflowKind;

constexpr OGRMapflowColumn<mf_image> COLUMNS[] = {
    {"id", Kind::Text, "UUID, for IMAGE_IDS of a new processing", &mf_image::id},
    {"name", Kind::Text, "of the file", &mf_image::filename},
    {"mosaic_id", Kind::Text, "UUID"},
    {"mosaic", Kind::Text, "name of the mosaic"},
    {"state", Kind::Text, "READY: it can be used",
     [](const mf_image &image) { return mf_image_state_name(image.state); }, MAPFLOW_IMAGE_DOMAIN},
    {"error", Kind::Text, "why it failed", &mf_image::error},
    {"uploaded", Kind::Time, "UTC", &mf_image::uploaded},
    {"bytes", Kind::Number, "of the file", &mf_image::size},
    {"width", Kind::Count, "px", &mf_image::width},
    {"height", Kind::Count, "px", &mf_image::height},
    {"band_count", Kind::Count, "", &mf_image::band_count},
    {"data_types", Kind::Texts, "one a band", &mf_image::dtypes},
    {"nodata", Kind::Number, "", &mf_image::nodata},
    {"pixel_size_m", Kind::Number, "m, mean of both directions"},
    {"crs", Kind::Text, "EPSG code", &mf_image::crs},
    {"checksum", Kind::Text, "SHA-1", &mf_image::checksum},
    {"tiles_ready", Kind::Flag, "the tiles of the mosaic show it", &mf_image::tiles_ready},
    {"downloadable", Kind::Flag, "the file can be fetched back",
     [](const mf_image &image) { return image.has_details ? int{image.is_downloadable} : -1; }},
};

constexpr OGRMapflowEditing EDITING = {
    "image",
    "name",
    mf_image_delete,
    " for good",
    "The footprint of an image cannot be changed: it is that of its file.",
    "Inserting a row does not upload an image: use gdal_translate -of MAPFLOW."};

// Returns the mean of both directions in m, NaN when unknown. Uses the latitude of the middle of
// the footprint.
double PixelSizeOf(const mf_image &image, const OGRGeometry *footprint)
{
    OGREnvelope box;
    double metres[2];
    if (footprint != nullptr)
        footprint->getEnvelope(&box);
    mf_image_pixel_metres(&image, footprint != nullptr ? (box.MinY + box.MaxY) / 2 : 0, metres);
    return (metres[0] + metres[1]) / 2;
}

} // namespace

OGRMapflowImagesLayer::OGRMapflowImagesLayer(GDALDataset *dataset, OGRMapflowMosaicList &mosaics,
                                             const OGRMapflowRights &rights)
    : OGRMapflowEditableLayer(dataset, "images", wkbMultiPolygon, mosaics.Client(), rights,
                              EDITING),
      m_mosaics(mosaics)
{
    AddColumns(COLUMNS);
    SetSource([this] { return Fetch(); });
    m_mosaics.onChange = [this](const std::string &id) { FollowMosaic(id); };
}

// ---- reading ------------------------------------------------------------------------------------

void OGRMapflowImagesLayer::AddImages(const mf_mosaic &mosaic, const mf_image_list &images)
{
    for (size_t i = 0; i < images.count; ++i)
    {
        const mf_image &image = images.items[i];
        OGRFeature &row = AddRow();
        auto footprint = OGRMapflowReadFootprint(image.footprint, "image", image.id);
        row.SetFID(OGRMapflowStableFID(image.id));
        OGRMapflowFill(row, COLUMNS, image);
        row.SetField("mosaic_id", mosaic.id);
        row.SetField("mosaic", mosaic.name);
        OGRMapflowSetValue(row, m_defn->GetFieldIndex("pixel_size_m"), Kind::Number,
                           PixelSizeOf(image, footprint.get()));
        OGRMapflowSetGeometry(row, std::move(footprint));
    }
}

// Fetches the images of the next mosaics. The first call fetches only one, so that reading just the
// first rows stays cheap.
bool OGRMapflowImagesLayer::Fetch()
{
    if (!m_mosaics.Read())
        return false;
    const std::deque<mf_mosaic> &known = m_mosaics.Known();
    std::vector<const mf_mosaic *> batch;
    size_t next = m_next;
    for (; next < known.size() && batch.size() < (m_next == 0 ? 1 : MAPFLOW_PARALLEL_REQUESTS);
         ++next)
    {
        if (!OGRMapflowMosaicList::IsDeleted(known[next]))
            batch.push_back(&known[next]);
    }
    std::vector<OGRMapflowOwned<mf_image_list_free>> lists(batch.size());
    const auto get = [&](size_t i, mf_error &err)
    {
        const char *const id = batch[i]->id;
        return mf_image_list_get(&lists[i], m_client, id, &err) == 0 ||
               OGRMapflowIsGone<mf_mosaic_free>(mf_mosaic_get, m_client, id, err);
    };
    if (!OGRMapflowTryInParallel(batch.size(), get))
        return false;
    for (size_t i = 0; i < batch.size(); ++i)
        AddImages(*batch[i], lists[i]);
    m_next = next;
    m_rows.isComplete = m_next >= known.size();
    return true;
}

// ---- changing -----------------------------------------------------------------------------------

bool OGRMapflowImagesLayer::SendChanges(OGRFeature &row, const std::string &name,
                                        const OGRMapflowChanges &)
{
    const std::string id = OGRMapflowText(row, "id");
    if (!OGRMapflowTry(mf_image_rename, m_client, id.c_str(), name.c_str()))
        return false;
    row.SetField("name", name.c_str());
    return true;
}

void OGRMapflowImagesLayer::FollowMosaic(const std::string &id)
{
    const mf_mosaic *const mosaic = m_mosaics.Find(id);
    const auto isOfIt = [&id](const OGRFeature &row)
    { return OGRMapflowText(row, "mosaic_id") == id; };
    if (mosaic == nullptr)
        m_rows.Remove(isOfIt);
    for (const auto &row : m_rows.items)
    {
        if (row != nullptr && isOfIt(*row))
            row->SetField("mosaic", mosaic->name);
    }
}

void OGRMapflowImagesLayer::DropFailed(const std::string &mosaicId)
{
    m_rows.Remove(
        [&mosaicId](const OGRFeature &row)
        {
            return OGRMapflowText(row, "mosaic_id") == mosaicId &&
                   OGRMapflowText(row, "state") == mf_image_state_name(MF_IMAGE_FAILED);
        });
}
