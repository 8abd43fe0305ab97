// SPDX-License-Identifier: MIT
// row_changes: layers whose rows can be changed.
#ifndef MAPFLOW_ROW_CHANGES_H
#define MAPFLOW_ROW_CHANGES_H

#include <map>
#include <string>

#include "api/client.h"
#include "common/options.h"
#include "layer/table_layer.h"

// What a user may do with a dataset.
struct OGRMapflowRights
{
    OGRMapflowRights() = default;
    OGRMapflowRights(const OGRMapflowOptions &options, GDALAccess access)
        : canChange(access == GA_Update),
          canDelete(canChange && options.GetBool("ALLOW_DELETE", false))
    {
    }

    bool canChange = false;       // it is open for update
    bool canDelete = false;       // and with ALLOW_DELETE=YES
    bool isInTransaction = false; // between StartTransaction and its end
};

// Each returns false after one CPLError that states the remedy.
//
// The service applies each change at once and cannot undo it. A transaction could not be rolled
// back, so rows are not changed in one. This also keeps `ogr2ogr -append` of a layer that happens
// to be called "projects" from creating a project for each of its rows. It finds the layer of the
// account by that name, drops the creation options, and writes only attributes. Only its
// transaction distinguishes this from a deliberate insert.
bool OGRMapflowIsForUpdate(const OGRMapflowRights &rights);
bool OGRMapflowMayChange(const OGRMapflowRights &rights);
// `what`: "mosaic", `included`: what is deleted with it, ", its images included".
bool OGRMapflowMayDelete(const OGRMapflowRights &rights, const char *what, const char *included);

// New values as strings by column, "" for NULL; a list is a JSON array.
using OGRMapflowChanges = std::map<std::string, std::string>;
// Returns the new value of a column as a string, nullptr if it stays as it is.
const char *OGRMapflowNewText(const OGRMapflowChanges &changes, const char *column);

// What can be changed in the rows of a layer.
struct OGRMapflowEditing
{
    const char *what;       // "project"
    const char *changeable; // the columns that can be changed, "name, description": strings, times
                            // and lists of strings
    int (*remove)(mf_client *client, const char *id, mf_error *err); // of the core
    const char *included;                                            // see OGRMapflowMayDelete
    const char *geometry;           // why its geometry cannot be changed, a sentence
    const char *noInsert = nullptr; // why rows cannot be inserted, a sentence; nullptr: they can
    const char *insertable =
        nullptr;                // the columns of a new row; nullptr: those that can be changed
    bool takesGeometry = false; // a new row may have one
};

// Checks a requested change and finds the row; derived classes send the change. A transaction of
// the layer is one of the dataset.
class OGRMapflowEditableLayer : public OGRMapflowTableLayer
{
  public:
    OGRMapflowEditableLayer(GDALDataset *dataset, const char *name, OGRwkbGeometryType type,
                            mf_client *client, const OGRMapflowRights &rights,
                            const OGRMapflowEditing &editing);

    int TestCapability(const char *capability) MF_CONST_312 override;
    OGRErr DeleteFeature(GIntBig fid) override;
    OGRErr StartTransaction() override { return GetDataset()->StartTransaction(); }
    OGRErr CommitTransaction() override { return GetDataset()->CommitTransaction(); }
    // Ends the transaction, in which no row was changed. Returns OGRERR_UNSUPPORTED_OPERATION, like
    // each layer without OLCTransactions.
    OGRErr RollbackTransaction() override;

  protected:
    OGRErr ICreateFeature(OGRFeature *feature) override;
    OGRErr ISetFeature(OGRFeature *feature) override;

    // Each makes one request that changes something. Returns false after one CPLError.
    // Creates, and adds the row. Sets `id` to that of the created object, even if the row could not
    // be added. Never called if rows cannot be inserted.
    virtual bool SendNew(const OGRFeature &, OGRMapflowChanges &, std::string & /*id*/)
    {
        return false;
    }
    // Also changes the row. `name`: the name after the change, which each request contains.
    virtual bool SendChanges(OGRFeature &row, const std::string &name,
                             const OGRMapflowChanges &changes) = 0;
    // Called when an object was deleted. Its row is removed afterwards.
    virtual void FollowDeletion(const std::string &) {}

    mf_client *const m_client;

  private:
    // Finds the columns in which `wanted` differs from `row`. Columns that are not set in `wanted`
    // stay as they are. Returns false after one CPLError if one that differs is not in
    // `changeable`.
    bool FindChanges(const OGRFeature &row, const OGRFeature &wanted, const char *changeable,
                     OGRMapflowChanges &changes) const;
    bool CheckName(const std::string &name) const;
    bool CheckGeometry(const OGRFeature &row, const OGRFeature &wanted) const;

    const OGRMapflowRights &m_rights;
    const OGRMapflowEditing m_editing;
};

#endif
