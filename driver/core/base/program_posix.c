/* SPDX-License-Identifier: MIT */
#include "base/program.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool mf_program_is(const char *name, const char *verb)
{
    /* Two strings, each with its NUL; a longer command is cut. */
    char words[4096 + 2];
    const int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const ssize_t size = read(fd, words, sizeof words - 2);
    close(fd);
    if (size <= 0)
        return false;
    words[size] = words[size + 1] = '\0';
    const char *const slash = strrchr(words, '/');
    return strcmp(slash != NULL ? slash + 1 : words, name) == 0 &&
           (verb == NULL || strcmp(words + strlen(words) + 1, verb) == 0);
}
