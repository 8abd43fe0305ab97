/* result_index: what a scan has found, as a file.
 *
 * Kept beside the text of the result, so that reopening reads neither the text nor anything else
 * twice. The file is mapped and used as it lies there; it is only good on the machine that wrote
 * it. A file that is damaged, cut, of another version or of another kind of machine is refused.
 *
 * Layout: a header, the small things (texts, fields) one after the other, the features at a
 * multiple of eight bytes. The checksum in the header covers all that follows it. */
#ifndef MF_RESULT_INDEX_H
#define MF_RESULT_INDEX_H

#include "geojson.h"
#include "platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What belongs to a cached result beside its collection. All texts are borrowed. */
struct mf_index_facts {
    const char *text_name;            /* name of the file that holds the text, in the same folder */
    const char *fingerprint;          /* state of the processing that the result belongs to */
    const char *document;             /* the processing, JSON without secrets */
    const char *boot_id;              /* the session of the machine in which `identity` was taken */
    struct mf_file_identity identity; /* of the text when it was last known to be right */
    uint64_t checksum;                /* of the text */
    unsigned rules;                   /* mf_schema_rules_bits */
};

/* Writes an index at the position of `file`. */
int mf_index_write(struct mf_file *file, const struct mf_collection *collection,
                   const struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Reads an index from memory, which stays in use: *collection (its features) and *facts point into
 * it. MF_ERR_FORMAT when it is no index that this version can use. Free with
 * mf_index_collection_free. */
int mf_index_read(const char *data, size_t size, struct mf_collection *collection,
                  struct mf_index_facts *facts, struct mf_error *err) MF_NODISCARD;

/* Frees a collection that mf_index_read made. NULL-safe. */
void mf_index_collection_free(struct mf_collection *collection);

#ifdef __cplusplus
}
#endif
#endif
