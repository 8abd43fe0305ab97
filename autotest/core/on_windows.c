#include <windows.h>

#include <direct.h>
#include <io.h>
#include <sddl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/windows_internal.h"

#undef chmod
#undef mkdir
#undef rmdir

char *mkdtemp(char *path)
{
    return _mktemp(path) != NULL && _mkdir(path) == 0 ? path : NULL;
}

/* The folder for temporary files has another name here. */
static const char *name_of(const char *name)
{
    return strcmp(name, "TMPDIR") == 0 ? "TMP" : name;
}

int setenv(const char *name, const char *value, int replace)
{
    return replace || getenv(name_of(name)) == NULL ? _putenv_s(name_of(name), value) : 0;
}

int unsetenv(const char *name)
{
    return _putenv_s(name_of(name), "");
}

int test_mkdir(const char *path)
{
    return _mkdir(path);
}

int test_rmdir(const char *path)
{
    wchar_t *const wide = mf_wide_path(path);
    const int is_removed = wide != NULL && RemoveDirectoryW(wide);
    free(wide);
    return is_removed ? 0 : -1;
}

int test_chmod(const char *path, int mode)
{
    const char *const text = (mode & 0022) != 0   ? "D:P(A;OICI;FA;;;WD)"
                             : (mode & 0044) != 0 ? "D:P(A;OICI;FR;;;WD)(A;OICI;FA;;;BA)"
                                                  : NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    if (text == NULL)
        descriptor = mf_private_descriptor();
    else
        ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor,
                                                             NULL);
    const int is_set =
        descriptor != NULL && SetFileSecurityA(path, DACL_SECURITY_INFORMATION, descriptor);
    LocalFree(descriptor);
    return is_set ? 0 : -1;
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
    FILETIME stamp;
    (void)folder;
    (void)flags;
    GetSystemTimeAsFileTime(&stamp);
    if (times != NULL) {
        const int64_t time = (int64_t)times[1].tv_sec * 10000000 + times[1].tv_nsec / 100;
        const uint64_t since_1601 = (uint64_t)(time + MF_WINDOWS_1970);
        stamp.dwLowDateTime = (DWORD)since_1601;
        stamp.dwHighDateTime = (DWORD)(since_1601 >> 32);
    }
    const HANDLE file = CreateFileA(path, FILE_WRITE_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    const int is_set = file != INVALID_HANDLE_VALUE && SetFileTime(file, NULL, NULL, &stamp);
    CloseHandle(file);
    return is_set ? 0 : -1;
}
