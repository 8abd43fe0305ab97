/* SPDX-License-Identifier: MIT */
/* index_file: the output of a scan, as a file.
 *
 * It is stored next to the result's document and its features (the array of mf_feature as in
 * memory), so that reopening reads neither. It is small, and shows whether both are unchanged. It
 * is only valid on the machine that wrote it. A file that is damaged, truncated, of another version
 * or of another kind of machine is rejected.
 *
 * Layout: a header, then strings, fields and bbox blocks in sequence. The checksum in the header
 * covers everything after it. */
#ifndef MF_INDEX_FILE_INTERNAL_H
#define MF_INDEX_FILE_INTERNAL_H

#include "base/file.h"
#include "geojson/geojson.h"

/* Changes with every change of the layout. */
#define MF_INDEX_VERSION 6

/* A file next to the index. */
struct mf_index_part {
    struct mf_file_identity identity; /* when last known to be intact; without `used` */
    uint64_t checksum;                /* of all its bytes */
};

/* Data of a cached result besides its collection. All strings are borrowed. */
struct mf_index_facts {
    const char *name;        /* of both files, which are in the same folder; without ending */
    const char *fingerprint; /* state of the processing that the result belongs to */
    const char *processing;  /* JSON without secrets */
    const char *boot_id;     /* the boot session in which the identities were taken */
    struct mf_index_part document;
    struct mf_index_part features;
    unsigned rules; /* mf_schema_rules_bits */
};

/* Writes an index, without features, at the position of `file`. */
int mf_index_write(struct mf_file *file, const struct mf_collection *collection,
                   const struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Reads an index from memory; *facts points into it. The features of *collection are NULL: the
 * caller sets them from the features file. MF_ERR_FORMAT if this version cannot use the index. Free
 * with mf_index_collection_free. */
int mf_index_read(const char *data, size_t size, struct mf_collection *collection,
                  struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Frees a collection made by mf_index_read, except its features. NULL-safe. */
void mf_index_collection_free(struct mf_collection *collection);

#endif
