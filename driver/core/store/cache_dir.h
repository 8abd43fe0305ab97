/* SPDX-License-Identifier: MIT */
/* cache_dir: the cache folder: its file names, how files are added, and how its size is limited.
 *
 * An entry is what is cached for one processing, or for one of its AOIs, on one server. Its files
 * share a stem, made of their ids and a checksum of the server's address. Files are first written
 * under another name, so a process that ends at any moment leaves nothing that a later process
 * could mistake for a complete file.
 *
 * The folder belongs to one user: a folder that others own or can write to is MF_ERR_FILE.
 *
 * Entries are internal to `result_cache` and `aoi_cache`. Thread-safety: an entry belongs to its
 * caller; any number of threads and processes may use the folder. */
#ifndef MF_CACHE_DIR_H
#define MF_CACHE_DIR_H

#include <stdbool.h>

#include "base/file.h"

MF_C_BEGIN

/* 10 GiB. */
#define MF_DEFAULT_CACHE_SIZE ((int64_t)10 << 30)

enum mf_cache_mode {
    MF_CACHE_YES,     /* use cached entries, store fetched ones */
    MF_CACHE_NO,      /* neither */
    MF_CACHE_REFRESH, /* fetch and replace */
    MF_CACHE_OFFLINE  /* use cached entries, make no request */
};

#define MF_CACHE_INDEX ".index" /* this and the next four: a result's entry */
#define MF_CACHE_DOCUMENT ".geojson"
#define MF_CACHE_FEATURES ".features"
#define MF_CACHE_LOCK ".lock"
#define MF_CACHE_NAMES ".names" /* former names of the processing */
#define MF_CACHE_AREAS ".areas" /* the AOIs of a processing, a separate entry */

struct mf_cache_entry {
    char *directory;
    char *stem;
};

/* Returns `directory`, or the user's own folder if that is NULL. The caller frees it. NULL if the
 * user has none, or if out of memory. */
char *mf_cache_folder(const char *directory);

/* Opens an entry. A NULL `directory` is the user's own. `id` and `aoi_id`, which may be NULL, are
 * UUIDs in lower case. Creates the folder unless `read_only`. */
int mf_cache_entry_open(struct mf_cache_entry *entry, const char *directory, const char *base_url,
                        const char *id, const char *aoi_id, bool read_only,
                        struct mf_error *err) MF_NODISCARD;
void mf_cache_entry_close(struct mf_cache_entry *entry); /* NULL-safe, and safe on a zeroed one */

/* Returns the path of the file `name`, or of the entry's stem if that is NULL, plus an ending. The
 * caller frees it; NULL if out of memory. */
char *mf_cache_path(const struct mf_cache_entry *entry, const char *name, const char *ending);

/* Creates a temporary file that will become one of the entry's. `ending` is its final ending
 * for MF_CACHE_AREAS and MF_CACHE_NAMES, and "" for all others. */
int mf_cache_create_temp(const struct mf_cache_entry *entry, const char *ending,
                         struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* Replaces the entry's file with that ending by `head` and `text`. */
int mf_cache_replace(const struct mf_cache_entry *entry, const char *ending, const char *head,
                     const char *text, struct mf_error *err) MF_NODISCARD;

/* Removes files of former results of the entry, and its temporary files left by a killed process.
 * Keeps those named `keep`. Only for the holder of the entry's lock. */
void mf_cache_remove_superseded(const struct mf_cache_entry *entry, const char *keep);

/* Removes the least recently used entries until the rest is within `max_size` bytes, and files that
 * killed processes left more than a day ago. Call it after adding `added` bytes to the folder.
 * Files that another process has open stay readable for it. A folder of thousands of files is only
 * scanned now and then: on average it exceeds max_size by up to 1/64. A NULL directory is the
 * user's own. */
void mf_cache_evict(const char *directory, int64_t added, int64_t max_size);

/* Contents of the cache. */
struct mf_cache_usage {
    size_t results; /* entries of results */
    size_t areas;   /* entries of AOIs */
    uint64_t bytes; /* of all files */
};

/* Measures the folder; a missing one is empty. A NULL directory is the user's own; MF_ERR_FILE if
 * there is none. */
int mf_cache_measure(const char *directory, struct mf_cache_usage *usage,
                     struct mf_error *err) MF_NODISCARD;

/* Removes all entries. Files that a process has open stay readable for it, and downloads continue.
 * `removed` returns what they held. */
int mf_cache_clear(const char *directory, struct mf_cache_usage *removed,
                   struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
