/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <aclapi.h>

#include "base/clock.h"
#include "base/file_internal.h"
#include "base/str.h"
#include "base/windows_internal.h"

#ifndef ERROR_DISK_QUOTA_EXCEEDED
#define ERROR_DISK_QUOTA_EXCEEDED 1295L
#endif

/* As on other systems, others may open, rename and remove a file that is open here. */
#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static HANDLE handle_of(int fd)
{
    return (HANDLE)(intptr_t)fd;
}

/* ---- errors --------------------------------------------------------------------------------- */

const char *mf_reason(char text[MF_REASON_SIZE])
{
    wchar_t wide[512]; /* more than any message has */
    const DWORD error = GetLastError();
    DWORD size = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                    FORMAT_MESSAGE_MAX_WIDTH_MASK,
                                NULL, error, 0, wide, 512, NULL);
    while (size > 0 && (wide[size - 1] == L' ' || wide[size - 1] == L'.'))
        size--;
    if (size > MF_REASON_SIZE / 3) /* a character has up to 3 bytes */
        size = MF_REASON_SIZE / 3;
    const int used =
        WideCharToMultiByte(CP_UTF8, 0, wide, (int)size, text, MF_REASON_SIZE - 1, NULL, NULL);
    text[used > 0 ? used : 0] = '\0';
    if (used <= 0)
        snprintf(text, MF_REASON_SIZE, "Windows error %lu", error);
    return text;
}

bool mf_reason_is_full_disk(void)
{
    return GetLastError() == ERROR_DISK_FULL || GetLastError() == ERROR_HANDLE_DISK_FULL;
}

bool mf_reason_is_quota(void)
{
    return GetLastError() == ERROR_DISK_QUOTA_EXCEEDED;
}

/* A virus scanner may have a file open for a moment: wait for it. */
#define MOMENT 0.01 /* s */
#define MOMENTS 100

/* After a failure that may pass: waits, and returns true. The caller counts from 0. */
static bool may_retry(int *tries)
{
    const DWORD error = GetLastError();
    if ((error != ERROR_ACCESS_DENIED && error != ERROR_SHARING_VIOLATION &&
         error != ERROR_USER_MAPPED_FILE) ||
        ++*tries == MOMENTS)
        return false;
    mf_sleep(MOMENT);
    return true;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* Opens a file or a folder. Creates it only for the owner. */
static int open_path(const char *path, DWORD access, DWORD how, DWORD flags)
{
    SECURITY_ATTRIBUTES security = {sizeof security, NULL, FALSE};
    wchar_t *const wide = mf_wide_path(path);
    HANDLE handle = INVALID_HANDLE_VALUE;
    DWORD error = ERROR_INVALID_NAME;
    if (wide != NULL && how != OPEN_EXISTING) {
        security.lpSecurityDescriptor = mf_private_descriptor();
        error = GetLastError();
    }
    if (wide != NULL && (how == OPEN_EXISTING || security.lpSecurityDescriptor != NULL)) {
        handle = CreateFileW(wide, access, SHARED, &security, how, flags, NULL);
        error = GetLastError();
    }
    LocalFree(security.lpSecurityDescriptor);
    free(wide);
    SetLastError(error);
    return (int)(intptr_t)handle;
}

/* The same, but fails if `path` is a symbolic link or a junction. */
static int open_no_link(const char *path, DWORD access, DWORD how)
{
    FILE_ATTRIBUTE_TAG_INFO tag;
    const int fd = open_path(path, access, how, FILE_FLAG_OPEN_REPARSE_POINT);
    if (fd >= 0 &&
        GetFileInformationByHandleEx(handle_of(fd), FileAttributeTagInfo, &tag, sizeof tag) &&
        (tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
        (tag.ReparseTag == IO_REPARSE_TAG_SYMLINK ||
         tag.ReparseTag == IO_REPARSE_TAG_MOUNT_POINT)) {
        mf_fd_close(fd);
        SetLastError(ERROR_CANT_RESOLVE_FILENAME);
        return -1;
    }
    return fd;
}

int mf_fd_create_temporary(char *path)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345"; /* 32 of them */
    char *const end = path + strlen(path) - 6;
    for (;;) {
        unsigned char random[6];
        if (mf_random_bytes(random, sizeof random, NULL) != 0)
            return -1;
        for (int i = 0; i < 6; i++)
            end[i] = digits[random[i] % 32];
        const int fd = open_path(path, GENERIC_READ | GENERIC_WRITE | DELETE, CREATE_NEW,
                                 FILE_ATTRIBUTE_NORMAL);
        if (fd >= 0 || GetLastError() != ERROR_FILE_EXISTS)
            return fd;
    }
}

int mf_fd_open(const char *path, bool follow)
{
    return follow ? open_path(path, GENERIC_READ, OPEN_EXISTING, 0)
                  : open_no_link(path, GENERIC_READ, OPEN_EXISTING);
}

int mf_fd_open_append(const char *path)
{
    /* Without FILE_WRITE_DATA, Windows appends each write in one step. */
    return open_no_link(path, GENERIC_READ | FILE_APPEND_DATA, OPEN_ALWAYS);
}

void mf_fd_close(int fd)
{
    if (fd >= 0)
        CloseHandle(handle_of(fd));
}

int mf_fd_unlink(int fd, const char *path)
{
    const LARGE_INTEGER none = {.QuadPart = 0};
    LARGE_INTEGER position = none;
    int other, tries = 0;
    do
        other = open_path(path, GENERIC_READ | GENERIC_WRITE | DELETE, OPEN_EXISTING,
                          FILE_FLAG_DELETE_ON_CLOSE);
    while (other < 0 && may_retry(&tries));
    if (other < 0)
        return fd;
    SetFilePointerEx(handle_of(fd), none, &position, FILE_CURRENT);
    SetFilePointerEx(handle_of(other), position, NULL, FILE_BEGIN);
    mf_fd_close(fd);
    return other;
}

/* ---- content -------------------------------------------------------------------------------- */

/* Longer reads and writes take several calls. */
#define LARGEST_STEP ((size_t)1 << 30)

int mf_fd_read(int fd, void *data, size_t size)
{
    DWORD got = 0;
    const DWORD step = (DWORD)(size < LARGEST_STEP ? size : LARGEST_STEP);
    return ReadFile(handle_of(fd), data, step, &got, NULL) ? (int)got : -1;
}

int mf_fd_write(int fd, const void *data, size_t size)
{
    DWORD written = 0;
    const DWORD step = (DWORD)(size < LARGEST_STEP ? size : LARGEST_STEP);
    return WriteFile(handle_of(fd), data, step, &written, NULL) ? (int)written : -1;
}

int mf_fd_empty(int fd)
{
    const LARGE_INTEGER start = {.QuadPart = 0};
    const int is_empty =
        SetFilePointerEx(handle_of(fd), start, NULL, FILE_BEGIN) && SetEndOfFile(handle_of(fd));
    return is_empty ? 0 : -1;
}

int mf_fd_sync(int fd)
{
    return FlushFileBuffers(handle_of(fd)) ? 0 : -1;
}

/* The journal of NTFS keeps names. */
int mf_folder_sync(const char *path, struct mf_error *err)
{
    (void)path;
    (void)err;
    return 0;
}

int mf_fd_size(int fd, uint64_t *size)
{
    LARGE_INTEGER bytes;
    if (!GetFileSizeEx(handle_of(fd), &bytes))
        return -1;
    *size = (uint64_t)bytes.QuadPart;
    return 0;
}

void *mf_fd_map(int fd, size_t size)
{
    const HANDLE mapping = CreateFileMappingW(handle_of(fd), NULL, PAGE_READONLY, 0, 0, NULL);
    if (mapping == NULL)
        return NULL;
    void *const base = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, size);
    const DWORD error = GetLastError();
    CloseHandle(mapping);
    SetLastError(error);
    return base;
}

void mf_fd_unmap(void *base, size_t size)
{
    (void)size;
    UnmapViewOfFile(base);
}

/* ---- names ---------------------------------------------------------------------------------- */

static FILETIME now(void)
{
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    return time;
}

static int64_t nanoseconds(int64_t time)
{
    return (time - MF_WINDOWS_1970) * 100;
}

/* Windows changes the times of a written file when it is closed, and so its identity. Times that
 * were set before stay. */
static void settle_times(int fd)
{
    const FILETIME time = now();
    FILE_BASIC_INFO info = {0};
    info.LastWriteTime.LowPart = time.dwLowDateTime;
    info.LastWriteTime.HighPart = (LONG)time.dwHighDateTime;
    info.ChangeTime = info.LastWriteTime;
    SetFileInformationByHandle(handle_of(fd), FileBasicInfo, &info, sizeof info);
}

#define RENAME_WITH_FLAGS ((FILE_INFO_BY_HANDLE_CLASS)22) /* FileRenameInfoEx */
#define REPLACE_LIKE_POSIX 0x3 /* FILE_RENAME_FLAG_REPLACE_IF_EXISTS and _POSIX_SEMANTICS */

/* Renames over a file that others have open. NTFS can do it since Windows 10. */
static bool rename_over_open(int fd, const wchar_t *name)
{
    const size_t size = wcslen(name) * sizeof *name;
    FILE_RENAME_INFO *const info = calloc(1, sizeof *info + size);
    if (info == NULL)
        return false;
    info->Flags = REPLACE_LIKE_POSIX;
    info->FileNameLength = (DWORD)size;
    memcpy(info->FileName, name, size);
    const bool is_done = SetFileInformationByHandle(handle_of(fd), RENAME_WITH_FLAGS, info,
                                                    (DWORD)(sizeof *info + size));
    free(info);
    return is_done;
}

int mf_fd_rename(int fd, const char *from, const char *to)
{
    wchar_t *const old_name = mf_wide_path(from), *const new_name = mf_wide_path(to);
    bool is_done = new_name != NULL && rename_over_open(fd, new_name);
    DWORD error = ERROR_INVALID_NAME;
    if (old_name != NULL && new_name != NULL && !is_done) {
        int tries = 0;
        do
            is_done = MoveFileExW(old_name, new_name, MOVEFILE_REPLACE_EXISTING);
        while (!is_done && may_retry(&tries));
        error = GetLastError();
    }
    free(old_name);
    free(new_name);
    if (is_done)
        settle_times(fd);
    SetLastError(error);
    return is_done ? 0 : -1;
}

/* Reads size, file number and times of an open file or folder. */
static int identity_of(int fd, struct mf_file_identity *identity)
{
    BY_HANDLE_FILE_INFORMATION info;
    FILE_BASIC_INFO times;
    if (!GetFileInformationByHandle(handle_of(fd), &info) ||
        !GetFileInformationByHandleEx(handle_of(fd), FileBasicInfo, &times, sizeof times))
        return -1;
    identity->size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    identity->inode = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
    identity->changed = nanoseconds(times.ChangeTime.QuadPart);
    identity->used = nanoseconds(times.LastWriteTime.QuadPart);
    return 0;
}

int mf_path_identity(const char *path, struct mf_file_identity *identity)
{
    const int fd = open_path(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
                             FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS);
    const int failed = fd < 0 ? -1 : identity_of(fd, identity);
    mf_fd_close(fd);
    return failed;
}

static void touch(int fd)
{
    const FILETIME time = now();
    if (fd >= 0)
        SetFileTime(handle_of(fd), NULL, NULL, &time);
}

void mf_path_touch(const char *path)
{
    const int fd = open_path(path, FILE_WRITE_ATTRIBUTES, OPEN_EXISTING,
                             FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS);
    touch(fd);
    mf_fd_close(fd);
}

bool mf_path_remove(const char *path)
{
    wchar_t *const wide = mf_wide_path(path);
    const bool is_gone =
        wide != NULL && (DeleteFileW(wide) || GetLastError() == ERROR_FILE_NOT_FOUND);
    free(wide);
    return is_gone;
}

/* ---- folders -------------------------------------------------------------------------------- */

bool mf_path_is_separator(char c)
{
    return c == '/' || c == '\\';
}

int mf_folder_make(const char *path)
{
    SECURITY_ATTRIBUTES security = {sizeof security, mf_private_descriptor(), FALSE};
    wchar_t *const wide = mf_wide_path(path);
    bool is_there =
        wide != NULL && security.lpSecurityDescriptor != NULL && CreateDirectoryW(wide, &security);
    const DWORD error = GetLastError(); /* "access denied" for the root of a drive */
    if (wide != NULL && !is_there) {
        const DWORD attributes = GetFileAttributesW(wide);
        is_there =
            attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    }
    LocalFree(security.lpSecurityDescriptor);
    free(wide);
    SetLastError(error);
    return is_there ? 0 : -1;
}

/* Returns owner and rights of an open file or folder, for LocalFree. NULL if unknown. */
static void *descriptor_of(int fd)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    if (GetSecurityInfo(handle_of(fd), SE_FILE_OBJECT,
                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL, NULL, NULL,
                        NULL, &descriptor) != ERROR_SUCCESS)
        return NULL;
    return descriptor;
}

int mf_fd_is_private(int fd)
{
    void *const descriptor = descriptor_of(fd);
    const int others = descriptor != NULL
                           ? mf_others_have(descriptor, FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)
                           : -1;
    LocalFree(descriptor);
    return others < 0 ? -1 : !others;
}

const char *mf_file_privacy_advice(void)
{
    return "see Security in its properties";
}

int mf_folder_check_private(const char *path, struct mf_error *err)
{
    const int fd = open_path(path, READ_CONTROL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    if (fd < 0)
        return 0;
    void *const descriptor = descriptor_of(fd);
    DWORD features = 0;
    const BOOL is_known =
        GetVolumeInformationByHandleW(handle_of(fd), NULL, 0, NULL, NULL, &features, NULL, 0);
    mf_fd_close(fd);
    int failed = 0;
    if (is_known && (features & FILE_PERSISTENT_ACLS) == 0)
        failed = mf_error_set(err, MF_ERR_FILE, "The folder %s is on a drive without access rights",
                              path);
    else if (descriptor == NULL || !mf_is_owned(descriptor))
        failed = mf_error_set(err, MF_ERR_FILE, "The folder %s belongs to another user", path);
    else if (mf_others_have(descriptor, FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD |
                                            WRITE_DAC | WRITE_OWNER | GENERIC_WRITE |
                                            GENERIC_ALL) != 0)
        failed = mf_error_set(
            err, MF_ERR_FILE,
            "The folder %s is writable by other users: see Security in its properties", path);
    LocalFree(descriptor);
    return failed;
}

void mf_folder_list(const char *path, void (*each)(void *ctx, const char *name), void *ctx)
{
    WIN32_FIND_DATAW found;
    char *const pattern = mf_str_format("%s/*", path);
    wchar_t *const wide = pattern != NULL ? mf_wide_path(pattern) : NULL;
    const HANDLE search = wide != NULL ? FindFirstFileW(wide, &found) : INVALID_HANDLE_VALUE;
    free(wide);
    free(pattern);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        char *const name = mf_narrow(found.cFileName);
        if (name != NULL && name[0] != '.')
            each(ctx, name);
        free(name);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

/* ---- places --------------------------------------------------------------------------------- */

char *mf_temporary_directory(void)
{
    wchar_t wide[MAX_PATH + 2]; /* ends with a backslash */
    const DWORD size = GetTempPathW(MAX_PATH + 2, wide);
    if (size == 0 || size > MAX_PATH + 1)
        return mf_str_copy(".");
    wide[size - 1] = L'\0';
    return mf_narrow(wide);
}

/* Windows has no streams in memory, so this one is a temporary file, which is hardly ever written.
 */
char *mf_printed(void (*print)(FILE *stream))
{
    FILE *const stream = tmpfile();
    if (stream == NULL)
        return NULL;
    print(stream);
    const size_t size = (size_t)ftell(stream);
    char *text = calloc(size + 1, 1);
    rewind(stream);
    if (text != NULL && fread(text, 1, size, stream) != size) {
        free(text);
        text = NULL;
    }
    fclose(stream);
    return text;
}

static char *user_dir(const char *name)
{
    const DWORD size = GetEnvironmentVariableW(L"LOCALAPPDATA", NULL, 0);
    wchar_t *const wide = size > 0 ? malloc(size * sizeof *wide) : NULL;
    const bool is_set = wide != NULL && GetEnvironmentVariableW(L"LOCALAPPDATA", wide, size) < size;
    char *const folder = is_set ? mf_narrow(wide) : NULL;
    char *const path = folder != NULL ? mf_str_format("%s\\gdal-mapflow\\%s", folder, name) : NULL;
    free(folder);
    free(wide);
    return path;
}

char *mf_user_cache_dir(void)
{
    return user_dir("cache");
}

char *mf_user_state_dir(void)
{
    return user_dir("state");
}

void mf_boot_id(char id[MF_BOOT_ID_SIZE])
{
    id[0] = '\0';
}

/* ---- locks ---------------------------------------------------------------------------------- */

/* Others cannot read a locked part of a file. So lock a byte that is beyond the end of any file. */
static OVERLAPPED lock_place(void)
{
    OVERLAPPED place = {0};
    place.Offset = 0xFFFFFFFE;
    place.OffsetHigh = 0x7FFFFFFF;
    return place;
}

static bool lock_file(int fd)
{
    OVERLAPPED place = lock_place();
    return LockFileEx(handle_of(fd), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
                      &place);
}

/* Returns whether `path` still names the open file: the last holder may have removed it. */
static bool is_named(int fd, const char *path)
{
    struct mf_file_identity opened, named;
    return identity_of(fd, &opened) == 0 && mf_path_identity(path, &named) == 0 &&
           opened.inode == named.inode;
}

int mf_lock_try(struct mf_lock *lock, const char *path)
{
    int tries = 0;
    for (;;) {
        lock->fd = open_no_link(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS);
        /* A removed file keeps its name until nobody has it open: wait for that. */
        if (lock->fd < 0 && may_retry(&tries))
            continue;
        if (lock->fd < 0)
            return -1;
        const bool is_locked = lock_file(lock->fd);
        const bool is_busy = !is_locked && GetLastError() == ERROR_LOCK_VIOLATION;
        if (is_locked && is_named(lock->fd, path))
            return 1;
        mf_fd_close(lock->fd);
        lock->fd = -1;
        if (!is_locked)
            return is_busy ? 0 : -1;
    }
}

void mf_lock_release(struct mf_lock *lock)
{
    OVERLAPPED place = lock_place();
    if (lock->fd >= 0) /* Windows may unlock a closed file late */
        UnlockFileEx(handle_of(lock->fd), 0, 1, 0, &place);
    mf_fd_close(lock->fd);
    lock->fd = -1;
}

void mf_lock_touch(const struct mf_lock *lock)
{
    touch(lock->fd);
}
