/* SPDX-License-Identifier: MIT */
/* file: files, folders, mappings, and locks between processes.
 *
 * Thread-safety: all functions may be called from any thread; a struct belongs to its
 * caller. */
#ifndef MF_FILE_H
#define MF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

MF_C_BEGIN

/* A file that is written once, front to back, and has no other reader until it is mapped. */
struct mf_file {
    int fd; /* -1 when closed. On Windows, a handle, which fits into 32 bits */
    char *path;
    bool is_unlinked; /* `path` is only for messages */
};

/* Creates a new file with mode 0600 in `directory`, which must exist. The name starts with
 * `prefix`. mf_file_discard unlinks the file. */
int mf_file_create_temporary(struct mf_file *file, const char *directory, const char *prefix,
                             struct mf_error *err) MF_NODISCARD;

/* Unlinks the file. Its bytes stay until it is closed and unmapped, however the process ends. On
 * Windows its name stays as long, and it must not be mapped when it is unlinked. */
void mf_file_unlink(struct mf_file *file);

/* Writes all of `size` bytes or fails. The error message names a full disk. */
int mf_file_write(struct mf_file *file, const void *data, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* Truncates the file to length 0 and seeks to the start. */
int mf_file_truncate(struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* Closes and unlinks. NULL-safe, and safe on a closed file. */
void mf_file_discard(struct mf_file *file);

/* Read-only view of a whole file. After success data is never NULL, even if size is 0. */
struct mf_map {
    const char *data;
    size_t size;
    void *base; /* the mapping; NULL for an empty file */
};

int mf_map_file(struct mf_map *map, const struct mf_file *file, struct mf_error *err) MF_NODISCARD;
void mf_map_release(struct mf_map *map);

/* Reads a whole file of at most `max_size` bytes into a new NUL-terminated buffer, which the caller
 * frees. Sets *is_private (may be NULL) to whether only the owner can read the file. */
int mf_read_small_file(const char *path, size_t max_size, char **text, int *is_private,
                       struct mf_error *err) MF_NODISCARD;

/* Maps the file at `path`. Fails with MF_ERR_FILE if it cannot be opened or is a symbolic link. */
int mf_map_path(struct mf_map *map, const char *path, struct mf_error *err) MF_NODISCARD;

/* Renames the file to its final name atomically, replacing any file of that name. It stays open. */
int mf_file_install(struct mf_file *file, const char *path, struct mf_error *err) MF_NODISCARD;

/* Closes the file and leaves it where it is. NULL-safe, and safe on a closed file. */
void mf_file_close(struct mf_file *file);

/* Opens a file for appending, and creates it with mode 0600 if it is missing. A symbolic link is
 * not followed. */
int mf_file_open_append(struct mf_file *file, const char *path, struct mf_error *err) MF_NODISCARD;

/* Waits until the written data is on disk. */
int mf_file_sync(struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* Identifies the state of a file without reading it: any write changes it. */
struct mf_file_identity {
    uint64_t size; /* bytes */
    uint64_t inode;
    int64_t changed; /* ns since 1970: the last change of content or attributes */
    int64_t used;    /* ns since 1970: set by mf_path_touch */
};

/* Returns 0, or -1 if there is no such file. A symbolic link is not followed. */
int mf_path_identity(const char *path, struct mf_file_identity *identity);

/* Marks a file as used now. */
void mf_path_touch(const char *path);

/* Removes a file. Returns whether it is gone, as a missing file is. On Windows, a file that a
 * process has mapped cannot be removed. */
bool mf_path_remove(const char *path);

/* Creates a folder and its parents, only for the owner. An existing folder is no error. */
int mf_folder_create(const char *path, struct mf_error *err) MF_NODISCARD;

/* Waits until the names in a folder are on disk. */
int mf_folder_sync(const char *path, struct mf_error *err) MF_NODISCARD;
/* Fails with MF_ERR_FILE if someone else may change the contents of a folder: another user (except
 * root) owns it, or the group or everybody may write to it. A missing folder is no error. */
int mf_folder_check_private(const char *path, struct mf_error *err) MF_NODISCARD;

/* Returns how a user lets nobody else read a file, to end a message with. */
const char *mf_file_privacy_advice(void);

/* Calls `each` with the name of each file in a folder. A missing folder has none. */
void mf_folder_list(const char *path, void (*each)(void *ctx, const char *name), void *ctx);

/* Returns what `print` writes to a stream. NULL when that fails; else the caller frees it. */
char *mf_printed(void (*print)(FILE *stream));

/* Returns the folder for temporary files: TMPDIR, else /tmp. On Windows, the folder for temporary
 * files that Windows returns. NULL when out of memory; else the caller frees it. */
char *mf_temporary_directory(void);

/* Returns the driver's folder for cached data: gdal-mapflow in XDG_CACHE_HOME, else in .cache in
 * HOME, or in the home folder of the user database. On Windows, gdal-mapflow/cache in LOCALAPPDATA.
 * NULL if there is none; else the caller frees it. */
char *mf_user_cache_dir(void);

/* The same for data that must survive: XDG_STATE_HOME, else .local/state. On Windows,
 * gdal-mapflow/state. */
char *mf_user_state_dir(void);

/* Writes a string that changes at each boot, "" if it is unknown. */
#define MF_BOOT_ID_SIZE 40
void mf_boot_id(char id[MF_BOOT_ID_SIZE]);

/* ---- locks between processes ---------------------------------------------------------------- */

/* Held by one holder in one process at a time. Ends with the process, however that ends. */
struct mf_lock {
    int fd; /* -1 when not held */
};

/* Returns 1 if the lock was acquired, 0 if another holder has it, -1 if locking is not possible
 * here. `path` is a file made for this; the holder may remove it. */
int mf_lock_try(struct mf_lock *lock, const char *path);
/* Replaces the contents of a held lock's file by a short string. Returns -1 if it cannot. */
int mf_lock_note(struct mf_lock *lock, const char *text);
void mf_lock_release(struct mf_lock *lock);

/* Marks the file of a held lock as used now, for processes that wait for the lock. */
void mf_lock_touch(const struct mf_lock *lock);

MF_C_END
#endif
