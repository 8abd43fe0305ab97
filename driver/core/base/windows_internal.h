/* SPDX-License-Identifier: MIT */
/* windows_internal: strings, paths and access rights on Windows.
 *
 * Internal to `base`. Thread-safety: all functions may be called from any thread. */
#ifndef MF_WINDOWS_INTERNAL_H
#define MF_WINDOWS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Convert UTF-8 to UTF-16, and back. Text that is not UTF-8 is read in the code page of Windows:
 * getenv returns that. NULL if invalid or out of memory; else the caller frees. */
wchar_t *mf_wide(const char *text);
char *mf_narrow(const wchar_t *text);

/* Returns the absolute path, for the functions of Windows, whatever its length. NULL if invalid or
 * out of memory; else the caller frees. */
wchar_t *mf_wide_path(const char *path);

/* 1970-01-01 in the unit of Windows, 100 ns since 1601. */
#define MF_WINDOWS_1970 116444736000000000

/* Returns a security descriptor that only grants rights to the user, the system and the
 * administrators, also for the files in a folder. NULL when it fails; else the caller frees it with
 * LocalFree. */
void *mf_private_descriptor(void);

/* Returns whether someone else has one of the `rights`: 1, 0, or -1 if unknown. `descriptor` has an
 * owner and a DACL. */
int mf_others_have(void *descriptor, unsigned long rights);

/* Returns whether the user, the system or the administrators own it. */
bool mf_is_owned(void *descriptor);

#endif
