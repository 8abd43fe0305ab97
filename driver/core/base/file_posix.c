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

#include "base/file_internal.h"
#include "base/signal.h"
#include "base/str.h"

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

const char *mf_reason(char text[MF_REASON_SIZE])
{
    (void)text;
    return strerror(errno);
}

bool mf_reason_is_full_disk(void)
{
    return errno == ENOSPC;
}

bool mf_reason_is_quota(void)
{
#ifdef EDQUOT
    return errno == EDQUOT;
#else
    return false;
#endif
}

int mf_fd_create_temporary(char *path)
{
    const int fd = mkstemp(path); /* mode 0600 by POSIX */
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int mf_fd_open(const char *path, bool follow)
{
    return open(path, O_RDONLY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
}

int mf_fd_open_append(const char *path)
{
    return open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

void mf_fd_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

int mf_fd_unlink(int fd, const char *path)
{
    unlink(path);
    return fd;
}

int mf_fd_read(int fd, void *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size < (size_t)INT_MAX ? size : (size_t)INT_MAX);
    while (got < 0 && errno == EINTR);
    return (int)got;
}

int mf_fd_write(int fd, const void *data, size_t size)
{
    const int held = mf_signal_hold(SIGXFSZ); /* it would end the program: the error is enough */
    ssize_t written;
    do
        written = write(fd, data, size);
    while (written < 0 && errno == EINTR);
    const int error = errno;
    if (held)
        mf_signal_release(SIGXFSZ);
    errno = error;
    return (int)written;
}

int mf_fd_empty(int fd)
{
    return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1;
}

int mf_fd_sync(int fd)
{
    return fsync(fd);
}

int mf_fd_size(int fd, uint64_t *size)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return -1;
    *size = (uint64_t)info.st_size;
    return 0;
}

int mf_fd_is_private(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 ? (info.st_mode & (S_IRGRP | S_IROTH)) == 0 : -1;
}

const char *mf_file_privacy_advice(void)
{
    return "chmod 600 it";
}

void *mf_fd_map(int fd, size_t size)
{
    void *const base = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    return base != MAP_FAILED ? base : NULL;
}

void mf_fd_unmap(void *base, size_t size)
{
    munmap(base, size);
}

int mf_fd_rename(int fd, const char *from, const char *to)
{
    (void)fd;
    return rename(from, to);
}

bool mf_path_is_separator(char c)
{
    return c == '/';
}

int mf_folder_make(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

int mf_folder_sync(const char *path, struct mf_error *err)
{
    struct mf_file folder = {open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), (char *)path, false};
    if (folder.fd < 0)
        return mf_error_set(err, MF_ERR_FILE, "Cannot open %s: %s", path, strerror(errno));
    /* Some file systems cannot sync a folder (EINVAL), and need it no more than others. */
    const int failed =
        fsync(folder.fd) != 0 && errno != EINVAL ? mf_file_write_error(&folder, err) : 0;
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

bool mf_path_remove(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT;
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

#define FOLDER_NAME "gdal-mapflow"

static char *user_dir(const char *variable, const char *below_home)
{
    const char *const xdg = getenv(variable);
    if (xdg != NULL && xdg[0] == '/')
        return mf_str_format("%s/" FOLDER_NAME, xdg);
    const char *home = getenv("HOME");
    char buffer[4096];
    struct passwd entry, *found = NULL;
    if ((home == NULL || home[0] != '/') &&
        getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
        home = entry.pw_dir;
    return home != NULL && home[0] == '/' ? mf_str_format("%s/%s/" FOLDER_NAME, home, below_home)
                                          : NULL;
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

char *mf_printed(void (*print)(FILE *stream))
{
    char *text = NULL;
    size_t size = 0;
    FILE *const stream = open_memstream(&text, &size);
    if (stream == NULL)
        return NULL;
    print(stream);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

char *mf_temporary_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory != NULL && directory[0] != '\0' ? mf_str_copy(directory) : mf_str_copy("/tmp");
}
