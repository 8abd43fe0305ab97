/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_internal.h"
#include "base/str.h"

#define REASON mf_reason((char[MF_REASON_SIZE]){0})

int mf_file_create_temporary(struct mf_file *file, const char *directory, const char *prefix,
                             struct mf_error *err)
{
    file->fd = -1;
    file->is_unlinked = false;
    file->path = mf_str_format("%s/%sXXXXXX", directory, prefix);
    if (file->path == NULL)
        return mf_out_of_memory(err);
    file->fd = mf_fd_create_temporary(file->path);
    if (file->fd < 0) {
        mf_error_set(err, MF_ERR_FILE, "Cannot create a file in %s: %s", directory, REASON);
        free(file->path);
        file->path = NULL;
        return -1;
    }
    return 0;
}

int mf_file_write_error(const struct mf_file *file, struct mf_error *err)
{
    const char *const path = file->path;
    if (mf_reason_is_full_disk())
        return mf_error_set(err, MF_ERR_FILE, "The disk is full: cannot write %s", path);
    if (mf_reason_is_quota())
        return mf_error_set(err, MF_ERR_FILE, "The disk quota is used up: cannot write %s", path);
    return mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", path, REASON);
}

int mf_file_write(struct mf_file *file, const void *data, size_t size, struct mf_error *err)
{
    const char *bytes = data;
    while (size > 0) {
        const int written =
            mf_fd_write(file->fd, bytes, size < (size_t)INT_MAX ? size : (size_t)INT_MAX);
        if (written < 0)
            return mf_file_write_error(file, err);
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

int mf_file_truncate(struct mf_file *file, struct mf_error *err)
{
    if (mf_fd_empty(file->fd) != 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot empty %s: %s", file->path, REASON);
    return 0;
}

void mf_file_unlink(struct mf_file *file)
{
    if (file->path != NULL && !file->is_unlinked)
        file->fd = mf_fd_unlink(file->fd, file->path);
    file->is_unlinked = true;
}

void mf_file_close(struct mf_file *file)
{
    if (file == NULL || file->path == NULL)
        return;
    mf_fd_close(file->fd);
    free(file->path);
    file->fd = -1;
    file->path = NULL;
}

void mf_file_discard(struct mf_file *file)
{
    if (file == NULL || file->path == NULL)
        return;
    mf_file_unlink(file);
    mf_file_close(file);
}

int mf_map_file(struct mf_map *map, const struct mf_file *file, struct mf_error *err)
{
    uint64_t size = 0;
    map->data = "";
    map->size = 0;
    map->base = NULL;
    if (mf_fd_size(file->fd, &size) != 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot read %s: %s", file->path, REASON);
    if (size == 0)
        return 0; /* an empty file cannot be mapped */
    if (size > SIZE_MAX)
        return mf_error_set(err, MF_ERR_TOO_LARGE, "%s is too large for this computer", file->path);
    void *const base = mf_fd_map(file->fd, (size_t)size);
    if (base == NULL)
        return mf_error_set(err, MF_ERR_FILE, "Cannot map %s into memory: %s", file->path, REASON);
    map->data = base;
    map->size = (size_t)size;
    map->base = base;
    return 0;
}

void mf_map_release(struct mf_map *map)
{
    if (map == NULL)
        return;
    if (map->base != NULL)
        mf_fd_unmap(map->base, map->size);
    map->data = "";
    map->size = 0;
    map->base = NULL;
}

int mf_map_path(struct mf_map *map, const char *path, struct mf_error *err)
{
    const struct mf_file file = {.fd = mf_fd_open(path, false), .path = (char *)path};
    if (file.fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, REASON);
    const int failed = mf_map_file(map, &file, err);
    mf_fd_close(file.fd);
    return failed;
}

/* Reads to the end, even if the file grows or shrinks meanwhile. */
static int read_all(int fd, const char *path, size_t max_size, char **text, struct mf_error *err)
{
    char *buffer = malloc(max_size + 2); /* one byte to detect an excess, one for the NUL */
    if (buffer == NULL)
        return mf_out_of_memory(err);
    size_t size = 0;
    while (size <= max_size) {
        const int got = mf_fd_read(fd, buffer + size, max_size + 1 - size);
        if (got < 0) {
            free(buffer);
            return mf_error_set(err, MF_ERR_FILE, "Cannot read %s: %s", path, REASON);
        }
        if (got == 0)
            break;
        size += (size_t)got;
    }
    if (size > max_size) {
        free(buffer);
        return mf_error_set(err, MF_ERR_FILE, "%s is larger than %zu bytes", path, max_size);
    }
    buffer[size] = '\0';
    *text = buffer;
    return 0;
}

int mf_read_small_file(const char *path, size_t max_size, char **text, int *is_private,
                       struct mf_error *err)
{
    const int fd = mf_fd_open(path, true);
    if (fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, REASON);
    const int known = is_private != NULL ? mf_fd_is_private(fd) : -1;
    if (known >= 0)
        *is_private = known;
    const int failed = read_all(fd, path, max_size, text, err);
    mf_fd_close(fd);
    return failed;
}

int mf_file_install(struct mf_file *file, const char *path, struct mf_error *err)
{
    char *const copy = mf_str_copy(path);
    if (copy == NULL)
        return mf_out_of_memory(err);
    if (mf_fd_rename(file->fd, file->path, path) != 0) {
        free(copy);
        return mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", path, REASON);
    }
    free(file->path);
    file->path = copy;
    return 0;
}

int mf_file_open_append(struct mf_file *file, const char *path, struct mf_error *err)
{
    file->is_unlinked = false;
    file->fd = -1;
    file->path = mf_str_copy(path);
    if (file->path == NULL)
        return mf_out_of_memory(err);
    file->fd = mf_fd_open_append(path);
    if (file->fd >= 0)
        return 0;
    mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", path, REASON);
    mf_file_close(file);
    return -1;
}

int mf_file_sync(struct mf_file *file, struct mf_error *err)
{
    return mf_fd_sync(file->fd) == 0 ? 0 : mf_file_write_error(file, err);
}

int mf_folder_create(const char *path, struct mf_error *err)
{
    char *const copy = mf_str_copy(path);
    if (copy == NULL)
        return mf_out_of_memory(err);
    /* If a parent cannot be created, creating the folder fails too. */
    for (char *p = copy[0] != '\0' ? copy + 1 : copy; *p != '\0'; ++p) {
        if (mf_path_is_separator(*p)) {
            const char separator = *p;
            *p = '\0';
            (void)mf_folder_make(copy);
            *p = separator;
        }
    }
    const int failed = mf_folder_make(path);
    free(copy);
    return failed ? mf_error_set(err, MF_ERR_FILE, "Cannot create the folder %s: %s", path, REASON)
                  : 0;
}

int mf_lock_note(struct mf_lock *lock, const char *text)
{
    struct mf_file file = {lock->fd, (char *)"", true};
    return mf_fd_empty(lock->fd) == 0 ? mf_file_write(&file, text, strlen(text), NULL) : -1;
}
