// SPDX-License-Identifier: MIT
#include "account/row_changes.h"

// ---- rights -------------------------------------------------------------------------------------

bool OGRMapflowIsForUpdate(const OGRMapflowRights &rights)
{
    if (!rights.canChange)
        CPLError(CE_Failure, CPLE_NoWriteAccess,
                 "The account is open read-only: open MAPFLOW: for update to change it.");
    return rights.canChange;
}

bool OGRMapflowMayChange(const OGRMapflowRights &rights)
{
    if (!OGRMapflowIsForUpdate(rights))
        return false;
    if (rights.isInTransaction)
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The account is not changed in a transaction: the service cannot undo a change. "
                 "Change it without one. To submit polygons, write them to a layer of another name "
                 "than those of the account (ogr2ogr -nln).");
    return !rights.isInTransaction;
}

bool OGRMapflowMayDelete(const OGRMapflowRights &rights, const char *what)
{
    if (!OGRMapflowMayChange(rights))
        return false;
    if (!rights.canDelete)
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The %s was not deleted. Deleting a row deletes the %s at the service, results "
                 "included: open with the option ALLOW_DELETE=YES if that is what you want.",
                 what, what);
    return rights.canDelete;
}

// ---- what has changed ---------------------------------------------------------------------------

namespace
{

bool IsSame(const OGRFeature &row, int i, const OGRFeature &wanted, int k)
{
    const bool isNull = !row.IsFieldSetAndNotNull(i);
    if (isNull || !wanted.IsFieldSetAndNotNull(k))
        return isNull == !wanted.IsFieldSetAndNotNull(k);
    if (row.GetFieldDefnRef(i)->GetType() == OFTReal)
        return row.GetFieldAsDouble(i) == wanted.GetFieldAsDouble(k);
    const std::string text = row.GetFieldAsString(i); // the next call overwrites what it gave
    return text == wanted.GetFieldAsString(k);
}

} // namespace

// By name: `wanted` may be a feature of another layer.
bool OGRMapflowEditableLayer::FindChanges(const OGRFeature &row, const OGRFeature &wanted,
                                          OGRMapflowChanges &changes) const
{
    const CPLStringList changeable(CSLTokenizeString2(m_changeable, ", ", 0));
    for (int k = 0; k < wanted.GetFieldCount(); ++k)
    {
        const char *const name = wanted.GetFieldDefnRef(k)->GetNameRef();
        const int i = row.GetFieldIndex(name);
        if (!wanted.IsFieldSet(k) || (i >= 0 && IsSame(row, i, wanted, k)))
            continue;
        const int change = changeable.FindString(name);
        if (change < 0)
        {
            CPLError(CE_Failure, CPLE_NotSupported,
                     "The column %s cannot be changed: of a %s the service changes only %s.", name,
                     m_what, m_changeable);
            return false;
        }
        changes[changeable[change]] =
            wanted.IsFieldSetAndNotNull(k) ? wanted.GetFieldAsString(k) : "";
    }
    const OGRGeometry *const shape = wanted.GetGeometryRef();
    const OGRGeometry *const known = row.GetGeometryRef();
    if (shape == nullptr || (known != nullptr && shape->Equals(known)))
        return true;
    CPLError(
        CE_Failure, CPLE_NotSupported,
        "The areas of a %s cannot be changed: create a layer with them in MAPFLOW: to submit a "
        "new processing.",
        m_what);
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
        CPLError(CE_Failure, CPLE_IllegalArg, "A %s needs a name.", m_what);
    return !name.empty();
}

// ---- the layer ----------------------------------------------------------------------------------

OGRMapflowEditableLayer::OGRMapflowEditableLayer(GDALDataset *dataset, const char *name,
                                                 OGRwkbGeometryType type,
                                                 const OGRMapflowRights &rights, const char *what,
                                                 const char *changeable)
    : OGRMapflowTableLayer(dataset, name, type), m_rights(rights), m_what(what),
      m_changeable(changeable)
{
    SetMetadataItem(OLMD_FID64, "YES"); // OGRMapflowStableFID
}

OGRErr OGRMapflowEditableLayer::RollbackTransaction()
{
    const OGRErr outcome = GetDataset()->RollbackTransaction();
    return outcome == OGRERR_NONE ? OGRERR_UNSUPPORTED_OPERATION : outcome;
}

bool OGRMapflowEditableLayer::CanDo(const char *capability) const
{
    if (EQUAL(capability, OLCRandomWrite))
        return m_rights.canChange;
    if (EQUAL(capability, OLCDeleteFeature))
        return m_rights.canDelete;
    return OGRMapflowTableLayer::CanDo(capability);
}

OGRErr OGRMapflowEditableLayer::ReadNew(const OGRFeature &feature, OGRMapflowChanges &values) const
{
    if (!OGRMapflowMayChange(m_rights) || !FindChanges(OGRFeature(m_defn), feature, values))
        return OGRERR_UNSUPPORTED_OPERATION;
    return CheckName(values["name"]) ? OGRERR_NONE : OGRERR_FAILURE;
}

OGRErr OGRMapflowEditableLayer::Change(const OGRFeature &feature)
{
    if (!OGRMapflowMayChange(m_rights))
        return OGRERR_UNSUPPORTED_OPERATION;
    OGRFeature *const row = FindRow(feature.GetFID());
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    if (feature.GetGeometryRef() != nullptr && FindFeature(feature.GetFID()) == nullptr)
        return OGRERR_FAILURE; // to compare with: its own geometry was not fetched
    OGRMapflowChanges changes;
    if (!FindChanges(*row, feature, changes))
        return OGRERR_UNSUPPORTED_OPERATION;
    if (changes.empty())
        return OGRERR_NONE;
    const char *const newName = OGRMapflowNewText(changes, "name");
    if (newName != nullptr && !CheckName(newName))
        return OGRERR_FAILURE;
    const std::string name = newName != nullptr ? newName : OGRMapflowText(*row, "name");
    return SendChanges(*row, name, changes) ? OGRERR_NONE : OGRERR_FAILURE;
}

OGRErr OGRMapflowEditableLayer::Delete(GIntBig fid)
{
    if (!OGRMapflowMayDelete(m_rights, m_what))
        return OGRERR_UNSUPPORTED_OPERATION;
    const OGRFeature *const row = FindRow(fid);
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    return SendDeletion(*row) ? OGRERR_NONE : OGRERR_FAILURE;
}
