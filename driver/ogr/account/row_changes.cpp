#include "account/row_changes.h"

#include <algorithm>

#include "layer/columns.h"

bool OGRMapflowMayChange(const OGRMapflowRights &rights)
{
    if (!rights.canChange)
        CPLError(CE_Failure, CPLE_NoWriteAccess,
                 "The account is open read-only: open MAPFLOW: for update to change it.");
    return rights.canChange;
}

bool OGRMapflowMayDelete(const OGRMapflowRights &rights, const char *what)
{
    if (!OGRMapflowMayChange(rights))
        return false;
    if (!rights.canDelete)
        CPLError(
            CE_Failure, CPLE_NotSupported,
            "The %s was not deleted. With the row goes what it stands for: open with the option "
            "ALLOW_DELETE=YES if that is what you want.",
            what);
    return rights.canDelete;
}

bool OGRMapflowHasName(const OGRFeature &row, const char *what)
{
    const bool hasName = !OGRMapflowText(row, "name").empty();
    if (!hasName)
        CPLError(CE_Failure, CPLE_IllegalArg, "A %s needs a name.", what);
    return hasName;
}

namespace
{

bool IsSame(const OGRFeature &row, const OGRFeature &wanted, int i)
{
    const bool isNull = !row.IsFieldSetAndNotNull(i);
    if (isNull || !wanted.IsFieldSetAndNotNull(i))
        return isNull == !wanted.IsFieldSetAndNotNull(i);
    if (row.GetFieldDefnRef(i)->GetType() == OFTReal)
        return row.GetFieldAsDouble(i) == wanted.GetFieldAsDouble(i);
    const std::string text = row.GetFieldAsString(i); // the next call overwrites what it gave
    return text == wanted.GetFieldAsString(i);
}

std::string Joined(const std::vector<std::string> &names)
{
    std::string text;
    for (size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

} // namespace

bool OGRMapflowFindChanges(const OGRFeature &row, const OGRFeature &wanted,
                           const std::vector<std::string> &changeable,
                           std::vector<std::string> &changed)
{
    for (int i = 0; i < row.GetFieldCount(); ++i)
    {
        const std::string name = row.GetFieldDefnRef(i)->GetNameRef();
        if (!wanted.IsFieldSet(i) || IsSame(row, wanted, i))
            continue;
        if (std::find(changeable.begin(), changeable.end(), name) == changeable.end())
        {
            CPLError(CE_Failure, CPLE_NotSupported,
                     "The column %s cannot be changed: the service lets change %s.", name.c_str(),
                     Joined(changeable).c_str());
            return false;
        }
        changed.push_back(name);
    }
    const OGRGeometry *const shape = wanted.GetGeometryRef();
    const OGRGeometry *const known = row.GetGeometryRef();
    if (shape != nullptr && (known == nullptr || !shape->Equals(known)))
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The areas of a processing cannot be changed: start a new one with them.");
        return false;
    }
    return true;
}
