/* SPDX-License-Identifier: MIT */
/* file_internal: the system calls of file.c, in file_posix.c and file_windows.c.
 *
 * Internal to `base`. A file is an int, as in struct mf_file. Functions that return an int return
 * -1 when they fail; then mf_reason returns the reason.
 *
 * Thread-safety: as file.h. */
#ifndef MF_FILE_INTERNAL_H
#define MF_FILE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

/* Returns why the last call of this thread failed: `text`, or a static string. */
#define MF_REASON_SIZE 256
const char *mf_reason(char text[MF_REASON_SIZE]);

/* Return whether the last write failed because the disk is full, or the quota is used up. */
bool mf_reason_is_full_disk(void);
bool mf_reason_is_quota(void);

/* Sets the error of a failed write. Returns -1. */
int mf_file_write_error(const struct mf_file *file, struct mf_error *err);

/* Returns whether `c` separates the names of a path. */
bool mf_path_is_separator(char c);

/* Creates a new file that only its owner can read, and opens it for reading and writing. `path`
 * ends with XXXXXX, which is replaced to make the name unique. */
int mf_fd_create_temporary(char *path);

/* Opens for reading. Without `follow`, a symbolic link is an error. */
int mf_fd_open(const char *path, bool follow);

/* Opens for reading and appending; creates it only for the owner. A symbolic link is an error. */
int mf_fd_open_append(const char *path);

/* Safe with -1. */
void mf_fd_close(int fd);

/* Removes the name, at the latest when the file is closed. Returns the file, whose number may have
 * changed. */
int mf_fd_unlink(int fd, const char *path);

/* Return the bytes that were read (0: at the end) or written, perhaps fewer than `size`. */
int mf_fd_read(int fd, void *data, size_t size);
int mf_fd_write(int fd, const void *data, size_t size);

/* Truncates the file to 0 bytes, and goes to its start. */
int mf_fd_empty(int fd);
int mf_fd_sync(int fd);
int mf_fd_size(int fd, uint64_t *size);

/* Returns whether only its owner can read it; -1 if unknown. */
int mf_fd_is_private(int fd);

/* Maps the first `size` bytes (at least 1) for reading. NULL when it fails. */
void *mf_fd_map(int fd, size_t size);
void mf_fd_unmap(void *base, size_t size);

/* Renames the open file `fd` from `from` to `to`, and replaces a file of that name. */
int mf_fd_rename(int fd, const char *from, const char *to);

/* Creates a folder only for the owner. An existing folder is no error. */
int mf_folder_make(const char *path);

#endif
