// SPDX-License-Identifier: MIT
#include "imagery/mosaics_layer.h"

#include "base/json.h"
#include "common/errors.h"
#include "common/owned.h"
#include "common/spatial_reference.h"
#include "imagery/footprint.h"
#include "layer/stable_fid.h"

namespace
{

using Kind = OGRMapflowKind;

constexpr OGRMapflowColumn<mf_mosaic> COLUMNS[] = {
    {"id", Kind::Text, "UUID", &mf_mosaic::id},
    {"name", Kind::Text, "not unique", &mf_mosaic::name},
    {"tags", Kind::Texts, "", &mf_mosaic::tags},
    {"created", Kind::Time, "UTC", &mf_mosaic::created},
    {"bytes", Kind::Number, "of its images", &mf_mosaic::size},
    {"images", Kind::Count, "number of images", &mf_mosaic::total},
    {"ready", Kind::Count, "number of images", &mf_mosaic::ready},
    {"pending", Kind::Count, "number of images", &mf_mosaic::pending},
    {"in_progress", Kind::Count, "number of images", &mf_mosaic::in_progress},
    {"failed", Kind::Count, "number of images", &mf_mosaic::failed},
};

constexpr OGRMapflowEditing EDITING = {
    "mosaic", "name, tags", mf_mosaic_delete, ", its images included",
    "The footprint of a mosaic cannot be changed: it is that of its images."};

void Fill(OGRFeature &row, const mf_mosaic &mosaic)
{
    row.SetFID(OGRMapflowStableFID(mosaic.id));
    OGRMapflowFill(row, COLUMNS, mosaic);
    OGRMapflowSetGeometry(row, OGRMapflowReadFootprint(mosaic.footprint, "mosaic", mosaic.id));
}

// The tags to send: parsed from the JSON of a change, or those of `former` if the change has none.
// Owns the strings.
class Tags
{
  public:
    Tags(const OGRMapflowChanges &changes, const OGRFeature *former)
    {
        std::string json = "[]";
        if (const char *const wanted = OGRMapflowNewText(changes, "tags"))
            json = *wanted != '\0' ? wanted : json;
        else if (former != nullptr)
        {
            const int i = former->GetFieldIndex("tags");
            if (former->IsFieldSetAndNotNull(i))
                json = OGRMapflowTaken(former->GetFieldAsSerializedJSon(i), VSIFree);
        }
        cJSON *const document = cJSON_Parse(("{\"tags\":" + json + "}").c_str());
        int failed = document == nullptr;
        mf_str_list_take(&m_list, document, "tags", &failed);
        m_isRead = failed == 0;
        cJSON_Delete(document);
    }
    const mf_str_list *List() const { return &m_list; }
    // Returns false after one CPLError.
    bool Check() const
    {
        if (!m_isRead)
            CPLError(CE_Failure, CPLE_OutOfMemory, "Out of memory.");
        return m_isRead;
    }

  private:
    OGRMapflowOwned<mf_str_list_free> m_list{};
    bool m_isRead = false;
};

} // namespace

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeMosaicTable(GDALDataset *dataset,
                                                                const mf_mosaic &mosaic)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "mosaic", wkbMultiPolygon);
    table->AddColumns(COLUMNS);
    Fill(table->AddRow(), mosaic);
    return table;
}

OGRMapflowMosaicsLayer::OGRMapflowMosaicsLayer(GDALDataset *dataset, OGRMapflowMosaicList &mosaics,
                                               const OGRMapflowRights &rights)
    : OGRMapflowEditableLayer(dataset, "mosaics", wkbMultiPolygon, mosaics.Client(), rights,
                              EDITING),
      m_mosaics(mosaics)
{
    AddColumns(COLUMNS);
    SetSource([this] { return Fetch(); });
}

bool OGRMapflowMosaicsLayer::Fetch()
{
    if (!m_mosaics.Read())
        return false;
    for (; m_shown < m_mosaics.Known().size(); ++m_shown)
    {
        if (!OGRMapflowMosaicList::IsDeleted(m_mosaics.Known()[m_shown]))
            Fill(AddRow(), m_mosaics.Known()[m_shown]);
    }
    m_rows.isComplete = true;
    return true;
}

void OGRMapflowMosaicsLayer::Refresh(mf_mosaic &mosaic)
{
    OGRFeature *const row = m_rows.Find(OGRMapflowStableFID(mosaic.id));
    if (row != nullptr)
        Fill(*row, mosaic);
    m_mosaics.Refresh(mosaic);
}

bool OGRMapflowMosaicsLayer::SendNew(const OGRFeature &, OGRMapflowChanges &values, std::string &id)
{
    const Tags tags(values, nullptr);
    mf_mosaic mosaic;
    int *const anyOutcome = nullptr;
    // Read the existing mosaics first, so that the list does not return the new one again.
    if (!tags.Check() || !m_mosaics.Read() ||
        !OGRMapflowTry(mf_mosaic_create, &mosaic, m_client, values["name"].c_str(), tags.List(),
                       anyOutcome))
        return false;
    id = mosaic.id;
    m_mosaics.Add(mosaic);
    return Fetch();
}

bool OGRMapflowMosaicsLayer::SendChanges(OGRFeature &row, const std::string &name,
                                         const OGRMapflowChanges &changes)
{
    const std::string id = OGRMapflowText(row, "id");
    const Tags tags(changes, &row);
    mf_mosaic newer;
    if (!tags.Check() ||
        !OGRMapflowTry(mf_mosaic_update, m_client, id.c_str(), name.c_str(), tags.List()) ||
        !OGRMapflowTry(mf_mosaic_get, &newer, m_client, id.c_str()))
        return false;
    Refresh(newer);
    return true;
}
