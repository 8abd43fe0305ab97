// SPDX-License-Identifier: MIT
#include "layer/row_changes.h"

#include "common/errors.h"
#include "common/owned.h"
#include "layer/stable_fid.h"

// ---- rights -------------------------------------------------------------------------------------

bool OGRMapflowIsForUpdate(const OGRMapflowRights &rights)
{
    if (!rights.canChange)
        CPLError(CE_Failure, CPLE_NoWriteAccess,
                 "The account is open read-only: open the dataset for update to change it.");
    return rights.canChange;
}

bool OGRMapflowMayChange(const OGRMapflowRights &rights)
{
    if (!OGRMapflowIsForUpdate(rights))
        return false;
    if (rights.isInTransaction)
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The account cannot be changed in a transaction: the service cannot undo a "
                 "change. Change it outside of transactions. To submit polygons, write them to a "
                 "layer of another name "
                 "than those of the account (ogr2ogr -nln).");
    return !rights.isInTransaction;
}

bool OGRMapflowMayDelete(const OGRMapflowRights &rights, const char *what, const char *included)
{
    if (!OGRMapflowMayChange(rights))
        return false;
    if (!rights.canDelete)
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The %s was not deleted. Deleting a row deletes the %s at the service%s: to allow "
                 "that, open with ALLOW_DELETE=YES.",
                 what, what, included);
    return rights.canDelete;
}

// ---- what has changed ---------------------------------------------------------------------------

namespace
{

// Returns a value that is set as a string. Lists become JSON: GDAL's own string for them is
// truncated and ambiguous.
std::string TextOf(const OGRFeature &feature, int i)
{
    if (feature.GetFieldDefnRef(i)->GetType() != OFTStringList)
        return feature.GetFieldAsString(i);
    return OGRMapflowTaken(feature.GetFieldAsSerializedJSon(i), VSIFree);
}

// Converts a value of another layer's column to this column's type: SQLite stores lists as strings.
std::string NewTextOf(const OGRFeature &row, int i, const OGRFeature &wanted, int k)
{
    if (row.GetFieldDefnRef(i)->GetType() != OFTStringList)
        return TextOf(wanted, k);
    const std::unique_ptr<OGRFeature> converted(row.Clone());
    converted->SetField(i, wanted.GetFieldAsStringList(k));
    if (wanted.GetFieldDefnRef(k)->GetType() != OFTStringList)
        converted->SetField(i, wanted.GetFieldAsString(k));
    return converted->IsFieldSetAndNotNull(i) ? TextOf(*converted, i) : "";
}

bool IsSame(const OGRFeature &row, int i, const OGRFeature &wanted, int k)
{
    const bool isNull = !row.IsFieldSetAndNotNull(i);
    if (isNull || !wanted.IsFieldSetAndNotNull(k))
        return isNull == !wanted.IsFieldSetAndNotNull(k);
    if (row.GetFieldDefnRef(i)->GetType() == OFTReal)
        return row.GetFieldAsDouble(i) == wanted.GetFieldAsDouble(k);
    return TextOf(row, i) == NewTextOf(row, i, wanted, k);
}

} // namespace

// Compares columns by name: `wanted` may be a feature of another layer.
bool OGRMapflowEditableLayer::FindChanges(const OGRFeature &row, const OGRFeature &wanted,
                                          const char *changeable, OGRMapflowChanges &changes) const
{
    const CPLStringList columns(CSLTokenizeString2(changeable, ", ", 0));
    for (int k = 0; k < wanted.GetFieldCount(); ++k)
    {
        const char *const name = wanted.GetFieldDefnRef(k)->GetNameRef();
        const int i = row.GetFieldIndex(name);
        if (!wanted.IsFieldSet(k) || (i >= 0 && IsSame(row, i, wanted, k)))
            continue;
        const int change = columns.FindString(name);
        if (change < 0)
        {
            CPLError(CE_Failure, CPLE_NotSupported,
                     "The column %s cannot be changed: the only columns of a %s that can be "
                     "changed are %s.",
                     name, m_editing.what, changeable);
            return false;
        }
        changes[columns[change]] =
            wanted.IsFieldSetAndNotNull(k) ? NewTextOf(row, i, wanted, k) : "";
    }
    return true;
}

bool OGRMapflowEditableLayer::CheckGeometry(const OGRFeature &row, const OGRFeature &wanted) const
{
    const OGRGeometry *const shape = wanted.GetGeometryRef();
    const OGRGeometry *const known = row.GetGeometryRef();
    if (shape == nullptr || (known != nullptr && shape->Equals(known)))
        return true;
    CPLError(CE_Failure, CPLE_NotSupported, "%s", m_editing.geometry);
    return false;
}

const char *OGRMapflowNewText(const OGRMapflowChanges &changes, const char *column)
{
    const auto found = changes.find(column);
    return found != changes.end() ? found->second.c_str() : nullptr;
}

bool OGRMapflowEditableLayer::CheckName(const std::string &name) const
{
    if (name.empty())
        CPLError(CE_Failure, CPLE_IllegalArg, "%s %s needs a name.",
                 strchr("aeiou", m_editing.what[0]) != nullptr ? "An" : "A", m_editing.what);
    return !name.empty();
}

// ---- the layer ----------------------------------------------------------------------------------

OGRMapflowEditableLayer::OGRMapflowEditableLayer(GDALDataset *dataset, const char *name,
                                                 OGRwkbGeometryType type, mf_client *client,
                                                 const OGRMapflowRights &rights,
                                                 const OGRMapflowEditing &editing)
    : OGRMapflowTableLayer(dataset, name, type), m_client(client), m_rights(rights),
      m_editing(editing)
{
    SetMetadataItem(OLMD_FID64, "YES"); // OGRMapflowStableFID
}

OGRErr OGRMapflowEditableLayer::RollbackTransaction()
{
    const OGRErr outcome = GetDataset()->RollbackTransaction();
    return outcome == OGRERR_NONE ? OGRERR_UNSUPPORTED_OPERATION : outcome;
}

int OGRMapflowEditableLayer::TestCapability(const char *capability) MF_CONST_312
{
    if (EQUAL(capability, OLCSequentialWrite) && m_editing.noInsert == nullptr)
        return m_rights.canChange;
    if (EQUAL(capability, OLCRandomWrite))
        return m_rights.canChange;
    if (EQUAL(capability, OLCDeleteFeature))
        return m_rights.canDelete;
    return OGRMapflowTableLayer::TestCapability(capability);
}

OGRErr OGRMapflowEditableLayer::ICreateFeature(OGRFeature *feature)
{
    if (m_editing.noInsert != nullptr)
    {
        CPLError(CE_Failure, CPLE_NotSupported, "%s", m_editing.noInsert);
        return OGRERR_UNSUPPORTED_OPERATION;
    }
    const OGRFeature nothing(m_defn);
    const char *const insertable =
        m_editing.insertable != nullptr ? m_editing.insertable : m_editing.changeable;
    OGRMapflowChanges values;
    std::string id;
    if (!OGRMapflowMayChange(m_rights) || !FindChanges(nothing, *feature, insertable, values) ||
        (!m_editing.takesGeometry && !CheckGeometry(nothing, *feature)))
        return OGRERR_UNSUPPORTED_OPERATION;
    const bool isDone = CheckName(values["name"]) && SendNew(*feature, values, id);
    if (!id.empty())
        feature->SetFID(OGRMapflowStableFID(id.c_str()));
    if (const int i = feature->GetFieldIndex("id"); i >= 0 && !id.empty())
        feature->SetField(i, id.c_str());
    return isDone ? OGRERR_NONE : OGRERR_FAILURE;
}

OGRErr OGRMapflowEditableLayer::ISetFeature(OGRFeature *wanted)
{
    const OGRFeature &feature = *wanted;
    if (!OGRMapflowMayChange(m_rights))
        return OGRERR_UNSUPPORTED_OPERATION;
    OGRFeature *const row = FindRow(feature.GetFID());
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    if (feature.GetGeometryRef() != nullptr && FindFeature(feature.GetFID()) == nullptr)
        return OGRERR_FAILURE; // the row's geometry, to compare with, was not fetched
    OGRMapflowChanges changes;
    if (!FindChanges(*row, feature, m_editing.changeable, changes) || !CheckGeometry(*row, feature))
        return OGRERR_UNSUPPORTED_OPERATION;
    if (changes.empty())
        return OGRERR_NONE;
    const char *const newName = OGRMapflowNewText(changes, "name");
    if (newName != nullptr && !CheckName(newName))
        return OGRERR_FAILURE;
    const std::string name = newName != nullptr ? newName : OGRMapflowText(*row, "name");
    return SendChanges(*row, name, changes) ? OGRERR_NONE : OGRERR_FAILURE;
}

OGRErr OGRMapflowEditableLayer::DeleteFeature(GIntBig fid)
{
    if (!OGRMapflowMayDelete(m_rights, m_editing.what, m_editing.included))
        return OGRERR_UNSUPPORTED_OPERATION;
    const OGRFeature *const row = FindRow(fid);
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    const std::string id = OGRMapflowText(*row, "id");
    if (!OGRMapflowTry(m_editing.remove, m_client, id.c_str()))
        return OGRERR_FAILURE;
    FollowDeletion(id);
    m_rows.Remove([fid](const OGRFeature &other) { return other.GetFID() == fid; });
    return OGRERR_NONE;
}
