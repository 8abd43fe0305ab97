/* SPDX-License-Identifier: MIT */
#include "base/windows_internal.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

/* ---- strings and paths ---------------------------------------------------------------------- */

static wchar_t *widen(const char *text, UINT code_page, DWORD flags)
{
    const int size = MultiByteToWideChar(code_page, flags, text, -1, NULL, 0);
    wchar_t *const wide = size > 0 ? malloc((size_t)size * sizeof *wide) : NULL;
    if (wide != NULL)
        MultiByteToWideChar(code_page, flags, text, -1, wide, size);
    return wide;
}

wchar_t *mf_wide(const char *text)
{
    wchar_t *const wide = widen(text, CP_UTF8, MB_ERR_INVALID_CHARS);
    return wide != NULL ? wide : widen(text, CP_ACP, 0);
}

char *mf_narrow(const wchar_t *text)
{
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *const narrow = size > 0 ? malloc((size_t)size) : NULL;
    if (narrow != NULL)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, size, NULL, NULL);
    return narrow;
}

/* Longer paths need a prefix. The path of a folder must leave room for a name of 8.3 characters. */
#define LONG_PATH (MAX_PATH - 12)

static const wchar_t *prefix_of(const wchar_t *path)
{
    if (wcslen(path) < LONG_PATH || wcsncmp(path, L"\\\\?\\", 4) == 0)
        return L"";
    return path[0] == L'\\' ? L"\\\\?\\UNC" : L"\\\\?\\";
}

wchar_t *mf_wide_path(const char *path)
{
    wchar_t *const wide = mf_wide(path);
    const DWORD size = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
    wchar_t *const full = size > 0 ? malloc(size * sizeof *full) : NULL;
    wchar_t *whole = NULL;
    if (full != NULL && GetFullPathNameW(wide, size, full, NULL) < size) {
        const wchar_t *const prefix = prefix_of(full);
        /* A path that begins with two backslashes keeps one of them after UNC. */
        const wchar_t *const rest = wcslen(prefix) > 4 ? full + 1 : full;
        const size_t head = wcslen(prefix), tail = wcslen(rest) + 1;
        whole = malloc((head + tail) * sizeof *whole);
        if (whole != NULL) {
            memcpy(whole, prefix, head * sizeof *whole);
            memcpy(whole + head, rest, tail * sizeof *whole);
        }
    }
    free(full);
    free(wide);
    return whole;
}

/* ---- access rights -------------------------------------------------------------------------- */

/* Returns the user of this process. The caller frees; NULL when it fails. */
static TOKEN_USER *current_user(void)
{
    HANDLE token;
    DWORD size = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    GetTokenInformation(token, TokenUser, NULL, 0, &size);
    TOKEN_USER *user = size > 0 ? malloc(size) : NULL;
    if (user != NULL && !GetTokenInformation(token, TokenUser, user, size, &size)) {
        free(user);
        user = NULL;
    }
    CloseHandle(token);
    return user;
}

void *mf_private_descriptor(void)
{
    wchar_t text[256], *sid = NULL;
    void *descriptor = NULL;
    TOKEN_USER *const user = current_user();
    if (user != NULL && ConvertSidToStringSidW(user->User.Sid, &sid)) {
        _snwprintf(text, 256, L"D:P(A;OICI;FA;;;%ls)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", sid);
        text[255] = L'\0';
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1,
                                                                  &descriptor, NULL))
            descriptor = NULL;
        LocalFree(sid);
    }
    free(user);
    return descriptor;
}

/* Returns whether `sid` is the user, or an account with all rights. */
static bool is_trusted(PSID sid, const TOKEN_USER *user)
{
    return EqualSid(sid, user->User.Sid) || IsWellKnownSid(sid, WinLocalSystemSid) ||
           IsWellKnownSid(sid, WinBuiltinAdministratorsSid) ||
           IsWellKnownSid(sid, WinCreatorOwnerSid) || IsWellKnownSid(sid, WinCreatorOwnerRightsSid);
}

int mf_others_have(void *descriptor, unsigned long rights)
{
    ACL *acl = NULL;
    BOOL has_acl, is_default;
    ACCESS_ALLOWED_ACE *entry;
    TOKEN_USER *const user = current_user();
    int found = -1;
    if (user != NULL && GetSecurityDescriptorDacl(descriptor, &has_acl, &acl, &is_default)) {
        found = !has_acl || acl == NULL; /* without a list, everybody has all rights */
        for (DWORD i = 0; !found && i < acl->AceCount; i++)
            found = GetAce(acl, i, (void **)&entry) &&
                    entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE &&
                    (entry->Header.AceFlags & INHERIT_ONLY_ACE) == 0 &&
                    (entry->Mask & rights) != 0 && !is_trusted(&entry->SidStart, user);
    }
    free(user);
    return found;
}

bool mf_is_owned(void *descriptor)
{
    PSID owner = NULL;
    BOOL is_default;
    TOKEN_USER *const user = current_user();
    const bool is_owned = user != NULL &&
                          GetSecurityDescriptorOwner(descriptor, &owner, &is_default) &&
                          owner != NULL && is_trusted(owner, user);
    free(user);
    return is_owned;
}
