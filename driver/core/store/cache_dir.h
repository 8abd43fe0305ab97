/* SPDX-License-Identifier: MIT */
/* cache_dir: the folder of the cache: its names, how a new file comes in, and how it all stays
 * within a size.
 *
 * An entry is what is kept of one processing, or of one of its AOIs, of one server. Its files share
 * a stem, made of their ids and a checksum of the server's address. Files are written under another
 * name first, so that a process that ends at any moment leaves nothing that a later one would take
 * for complete.
 *
 * The folder belongs to one user: one that others own or can write to is MF_ERR_FILE.
 *
 * Entries are internal to `result_cache` and `aoi_cache`. Thread-safety: an entry belongs to its
 * caller; any number of threads and processes may use the folder. */
#ifndef MF_CACHE_DIR_H
#define MF_CACHE_DIR_H

#include <stdbool.h>

#include "base/file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 10 GiB. */
#define MF_DEFAULT_CACHE_SIZE ((int64_t)10 << 30)

enum mf_cache_mode {
    MF_CACHE_YES,     /* use what is there, store what is fetched */
    MF_CACHE_NO,      /* neither */
    MF_CACHE_REFRESH, /* fetch and replace */
    MF_CACHE_OFFLINE  /* use what is there, make no request at all */
};

#define MF_CACHE_INDEX ".index" /* of a result; these five are its entry together */
#define MF_CACHE_DOCUMENT ".geojson"
#define MF_CACHE_FEATURES ".features"
#define MF_CACHE_LOCK ".lock"
#define MF_CACHE_NAMES ".names" /* what its processing was called */
#define MF_CACHE_AREAS ".areas" /* the AOIs of a processing, an entry of their own */

struct mf_cache_entry {
    char *directory;
    char *stem;
};

/* `directory`, or when that is NULL the user's own folder. The caller frees; NULL when the user has
 * none, or when out of memory. */
char *mf_cache_folder(const char *directory);

/* `directory` may be NULL: the user's own. `id` and `aoi_id`, which may be NULL, are UUIDs in lower
 * case. Creates the folder unless `read_only`. */
int mf_cache_entry_open(struct mf_cache_entry *entry, const char *directory, const char *base_url,
                        const char *id, const char *aoi_id, bool read_only,
                        struct mf_error *err) MF_NODISCARD;
void mf_cache_entry_close(struct mf_cache_entry *entry); /* NULL-safe, and safe on one of zeros */

/* Path of a file with the name `name`, or the entry's stem when that is NULL, and an ending. The
 * caller frees; NULL when out of memory. */
char *mf_cache_path(const struct mf_cache_entry *entry, const char *name, const char *ending);

/* A new file that is to become one of the entry. `ending`: MF_CACHE_AREAS or MF_CACHE_NAMES when
 * it will have that one, "" for all files of a result. */
int mf_cache_create_temp(const struct mf_cache_entry *entry, const char *ending,
                         struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* Replaces the file of the entry with that ending by a text, which may come in two pieces. */
int mf_cache_replace(const struct mf_cache_entry *entry, const char *ending, const char *head,
                     const char *text, struct mf_error *err) MF_NODISCARD;

/* Removes the files of former results of the entry, and temporary files that a killed process has
 * left of it, except those of the name `keep`. Only for the holder of the entry's lock. */
void mf_cache_remove_superseded(const struct mf_cache_entry *entry, const char *keep);

/* Call it after `added` bytes were added to the folder. Removes the least recently used entries
 * until the rest is within `max_size` bytes, and what killed processes have left more than a day
 * ago. What another process has open stays readable for it. A folder of thousands of files is only
 * looked through now and then: it exceeds max_size by up to a 64th on average. A NULL directory is
 * the user's own. */
void mf_cache_evict(const char *directory, int64_t added, int64_t max_size);

/* What the cache holds. */
struct mf_cache_usage {
    size_t results; /* entries of results */
    size_t areas;   /* entries of AOIs */
    uint64_t bytes; /* of all files */
};

/* A folder that is not there holds nothing. A NULL directory is the user's own; MF_ERR_FILE when
 * there is none. */
int mf_cache_measure(const char *directory, struct mf_cache_usage *usage,
                     struct mf_error *err) MF_NODISCARD;

/* Removes all entries. What a process has open stays readable for it, and what is being downloaded
 * goes on. `removed` is what they held. */
int mf_cache_clear(const char *directory, struct mf_cache_usage *removed,
                   struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
