/* SPDX-License-Identifier: MIT */
#include "base/program.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <shellapi.h>

#include "base/file_internal.h"
#include "base/windows_internal.h"

/* Cuts the folder and ".exe" off the path of a program. */
static const char *name_in(char *path)
{
    char *name = path;
    for (char *p = path; *p != '\0'; ++p) {
        if (mf_path_is_separator(*p))
            name = p + 1;
    }
    const size_t size = strlen(name);
    if (size > 4 && _stricmp(name + size - 4, ".exe") == 0)
        name[size - 4] = '\0';
    return name;
}

bool mf_program_is(const char *name, const char *verb)
{
    int count = 0;
    wchar_t **const words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (words == NULL)
        return false;
    char *const program = count > 0 ? mf_narrow(words[0]) : NULL;
    char *const first = count > 1 ? mf_narrow(words[1]) : NULL;
    const bool is_same = program != NULL && _stricmp(name_in(program), name) == 0 &&
                         (verb == NULL || (first != NULL && strcmp(first, verb) == 0));
    free(program);
    free(first);
    LocalFree(words);
    return is_same;
}
