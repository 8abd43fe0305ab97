/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signal.h"
#include "base/str.h"

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

int mf_file_create_temporary(struct mf_file *file, const char *directory, const char *prefix,
                             struct mf_error *err)
{
    file->fd = -1;
    file->is_unlinked = false;
    file->path = mf_str_format("%s/%sXXXXXX", directory, prefix);
    if (file->path == NULL)
        return mf_out_of_memory(err);
    file->fd = mkstemp(file->path); /* mode 0600 by POSIX */
    if (file->fd < 0) {
        mf_error_set(err, MF_ERR_FILE, "Cannot create a file in %s: %s", directory,
                     strerror(errno));
        free(file->path);
        file->path = NULL;
        return -1;
    }
    fcntl(file->fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

void mf_file_unlink(struct mf_file *file)
{
    if (file->path != NULL && !file->is_unlinked)
        unlink(file->path);
    file->is_unlinked = true;
}

static int write_error(const struct mf_file *file, struct mf_error *err)
{
    if (errno == ENOSPC)
        return mf_error_set(err, MF_ERR_FILE, "The disk is full: cannot write %s", file->path);
#ifdef EDQUOT
    if (errno == EDQUOT)
        return mf_error_set(err, MF_ERR_FILE, "The disk quota is used up: cannot write %s",
                            file->path);
#endif
    return mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", file->path, strerror(errno));
}

int mf_file_write(struct mf_file *file, const void *data, size_t size, struct mf_error *err)
{
    const char *bytes = data;
    const int held = mf_signal_hold(SIGXFSZ); /* it would end the program: the error is enough */
    int failed = 0;
    while (size > 0 && !failed) {
        const size_t part = size < (size_t)INT_MAX ? size : (size_t)INT_MAX;
        const ssize_t written = write(file->fd, bytes, part);
        if (written >= 0) {
            bytes += written;
            size -= (size_t)written;
        } else if (errno != EINTR) {
            failed = write_error(file, err);
        }
    }
    if (held)
        mf_signal_release(SIGXFSZ);
    return failed;
}

int mf_file_truncate(struct mf_file *file, struct mf_error *err)
{
    if (ftruncate(file->fd, 0) != 0 || lseek(file->fd, 0, SEEK_SET) != 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot empty %s: %s", file->path, strerror(errno));
    return 0;
}

void mf_file_discard(struct mf_file *file)
{
    if (file == NULL || file->path == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    mf_file_unlink(file);
    free(file->path);
    file->fd = -1;
    file->path = NULL;
}

int mf_map_file(struct mf_map *map, const struct mf_file *file, struct mf_error *err)
{
    map->data = "";
    map->size = 0;
    map->base = NULL;
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot read %s: %s", file->path, strerror(errno));
    if (info.st_size == 0)
        return 0; /* mmap refuses a length of 0 */
    if ((uintmax_t)info.st_size > SIZE_MAX)
        return mf_error_set(err, MF_ERR_TOO_LARGE, "%s is too large for this computer", file->path);
    void *base = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (base == MAP_FAILED)
        return mf_error_set(err, MF_ERR_FILE, "Cannot map %s into memory: %s", file->path,
                            strerror(errno));
    map->data = base;
    map->size = (size_t)info.st_size;
    map->base = base;
    return 0;
}

void mf_map_release(struct mf_map *map)
{
    if (map == NULL)
        return;
    if (map->base != NULL)
        munmap(map->base, map->size);
    map->data = "";
    map->size = 0;
    map->base = NULL;
}

/* Reads to the end, even if the file grows or shrinks meanwhile. */
static int read_all(int fd, const char *path, size_t max_size, char **text, struct mf_error *err)
{
    char *buffer = malloc(max_size + 2); /* one byte to detect an excess, one for the NUL */
    if (buffer == NULL)
        return mf_out_of_memory(err);
    size_t size = 0;
    while (size <= max_size) {
        const ssize_t got = read(fd, buffer + size, max_size + 1 - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(buffer);
            return mf_error_set(err, MF_ERR_FILE, "Cannot read %s: %s", path, strerror(errno));
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
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, strerror(errno));
    struct stat info;
    if (fstat(fd, &info) == 0 && is_private != NULL)
        *is_private = (info.st_mode & (S_IRGRP | S_IROTH)) == 0;
    const int failed = read_all(fd, path, max_size, text, err);
    close(fd);
    return failed;
}

int mf_map_path(struct mf_map *map, const char *path, struct mf_error *err)
{
    const struct mf_file file = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW),
                                 .path = (char *)path};
    if (file.fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, strerror(errno));
    const int failed = mf_map_file(map, &file, err);
    close(file.fd);
    return failed;
}

int mf_file_install(struct mf_file *file, const char *path, struct mf_error *err)
{
    char *const copy = mf_str_format("%s", path);
    if (copy == NULL)
        return mf_out_of_memory(err);
    if (rename(file->path, path) != 0) {
        free(copy);
        return mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", path, strerror(errno));
    }
    free(file->path);
    file->path = copy;
    return 0;
}

void mf_file_close(struct mf_file *file)
{
    if (file == NULL || file->path == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    file->fd = -1;
    file->path = NULL;
}

int mf_file_open_append(struct mf_file *file, const char *path, struct mf_error *err)
{
    file->fd = -1;
    file->is_unlinked = false;
    file->path = mf_str_copy(path);
    if (file->path == NULL)
        return mf_out_of_memory(err);
    file->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->fd >= 0)
        return 0;
    mf_error_set(err, MF_ERR_FILE, "Cannot write %s: %s", path, strerror(errno));
    mf_file_close(file);
    return -1;
}

int mf_file_sync(struct mf_file *file, struct mf_error *err)
{
    return fsync(file->fd) == 0 ? 0 : write_error(file, err);
}

int mf_folder_sync(const char *path, struct mf_error *err)
{
    struct mf_file folder = {open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), (char *)path, false};
    if (folder.fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, strerror(errno));
    /* Some file systems cannot sync a folder (EINVAL), and need it no more than others. */
    const int failed = fsync(folder.fd) != 0 && errno != EINVAL ? write_error(&folder, err) : 0;
    close(folder.fd);
    return failed;
}

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

int mf_path_identity(const char *path, struct mf_file_identity *identity)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return -1;
    identity->size = (uint64_t)info.st_size;
    identity->inode = (uint64_t)info.st_ino;
#ifdef __APPLE__
    identity->changed = nanoseconds(&info.st_ctimespec);
    identity->used = nanoseconds(&info.st_mtimespec);
#else
    identity->changed = nanoseconds(&info.st_ctim);
    identity->used = nanoseconds(&info.st_mtim);
#endif
    return 0;
}

void mf_path_touch(const char *path)
{
    utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

void mf_path_remove(const char *path)
{
    unlink(path);
}

int mf_folder_create(const char *path, struct mf_error *err)
{
    char *const copy = mf_str_format("%s", path);
    if (copy == NULL)
        return mf_out_of_memory(err);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0700);
        *slash = '/';
    }
    const int failed = mkdir(copy, 0700) != 0 && errno != EEXIST;
    if (failed)
        mf_error_set(err, MF_ERR_FILE, "Cannot create the folder %s: %s", path, strerror(errno));
    free(copy);
    return failed ? -1 : 0;
}

int mf_folder_check_private(const char *path, struct mf_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return 0;
    if (info.st_uid != geteuid() && info.st_uid != 0)
        return mf_error_set(err, MF_ERR_FILE, "The folder %s belongs to another user", path);
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return mf_error_set(err, MF_ERR_FILE,
                            "The folder %s is writable by other users: run chmod go-w on it", path);
    return 0;
}

void mf_folder_list(const char *path, void (*each)(void *ctx, const char *name), void *ctx)
{
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.')
            each(ctx, entry->d_name);
    }
    closedir(folder);
}

static char *user_dir(const char *variable, const char *below_home)
{
    const char *const xdg = getenv(variable);
    if (xdg != NULL && xdg[0] == '/')
        return mf_str_copy(xdg);
    const char *home = getenv("HOME");
    char buffer[4096];
    struct passwd entry, *found = NULL;
    if ((home == NULL || home[0] != '/') &&
        getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
        home = entry.pw_dir;
    return home != NULL && home[0] == '/' ? mf_str_format("%s/%s", home, below_home) : NULL;
}

char *mf_user_cache_dir(void)
{
    return user_dir("XDG_CACHE_HOME", ".cache");
}

char *mf_user_state_dir(void)
{
    return user_dir("XDG_STATE_HOME", ".local/state");
}

void mf_boot_id(char id[MF_BOOT_ID_SIZE])
{
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? 0 : read(fd, id, MF_BOOT_ID_SIZE - 1);
    if (fd >= 0)
        close(fd);
    id[size > 0 ? size : 0] = '\0';
    id[strcspn(id, "\n")] = '\0';
}

/* Returns whether `path` still names the open file: the last holder may have removed it. */
static int is_named(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

int mf_lock_try(struct mf_lock *lock, const char *path)
{
    for (;;) {
        lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (lock->fd < 0)
            return -1;
        const int is_locked = flock(lock->fd, LOCK_EX | LOCK_NB) == 0;
        const int is_busy = !is_locked && errno == EWOULDBLOCK;
        if (is_locked && is_named(lock->fd, path))
            return 1;
        close(lock->fd);
        lock->fd = -1;
        if (!is_locked)
            return is_busy ? 0 : -1;
    }
}

int mf_lock_note(struct mf_lock *lock, const char *text)
{
    struct mf_file file = {lock->fd, (char *)"", true};
    return ftruncate(lock->fd, 0) == 0 && lseek(lock->fd, 0, SEEK_SET) == 0
               ? mf_file_write(&file, text, strlen(text), NULL)
               : -1;
}

void mf_lock_release(struct mf_lock *lock)
{
    if (lock->fd >= 0) {
        flock(lock->fd, LOCK_UN); /* a process forked meanwhile has it open too */
        close(lock->fd);
    }
    lock->fd = -1;
}

void mf_lock_touch(const struct mf_lock *lock)
{
    if (lock->fd >= 0)
        futimens(lock->fd, NULL);
}

const char *mf_temporary_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory != NULL && directory[0] != '\0' ? directory : "/tmp";
}
