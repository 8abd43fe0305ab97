/* SPDX-License-Identifier: MIT */
/* index_file: what a scan has found, as a file.
 *
 * Kept beside the document of the result and its features (the array of mf_feature as it is in
 * memory), so that reopening reads neither: the index is small, and shows whether both are what
 * they were. It is only good on the machine that wrote it. A file that is damaged, cut, of another
 * version or of another kind of machine is refused.
 *
 * Layout: a header, then strings, fields and bbox blocks one after the other. The checksum in the
 * header covers all that follows it. */
#ifndef MF_INDEX_FILE_INTERNAL_H
#define MF_INDEX_FILE_INTERNAL_H

#include "base/file.h"
#include "geojson/geojson.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of the layout. */
#define MF_INDEX_VERSION 6

/* A file beside the index. */
struct mf_index_part {
    struct mf_file_identity identity; /* when it was last known to be right; without `used` */
    uint64_t checksum;                /* of all its bytes */
};

/* What belongs to a cached result beside its collection. All strings are borrowed. */
struct mf_index_facts {
    const char *name;        /* of the files of both parts, in the same folder, without ending */
    const char *fingerprint; /* state of the processing that the result belongs to */
    const char *processing;  /* JSON without secrets */
    const char *boot_id;     /* the session of the machine in which the identities were taken */
    struct mf_index_part document;
    struct mf_index_part features;
    unsigned rules; /* mf_schema_rules_bits */
};

/* Writes an index, without the features, at the position of `file`. */
int mf_index_write(struct mf_file *file, const struct mf_collection *collection,
                   const struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Reads an index from memory, into which *facts points. The features of *collection are NULL: the
 * caller sets them, from the file of that part. MF_ERR_FORMAT when it is no index that this version
 * can use. Free with mf_index_collection_free. */
int mf_index_read(const char *data, size_t size, struct mf_collection *collection,
                  struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Frees a collection that mf_index_read made, except its features. NULL-safe. */
void mf_index_collection_free(struct mf_collection *collection);

#ifdef __cplusplus
}
#endif
#endif
