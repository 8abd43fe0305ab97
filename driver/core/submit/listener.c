/* SPDX-License-Identifier: MIT */
#include "submit/listener.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void mf_tell(const struct mf_listener *listener, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (listener->say != NULL)
        listener->say(listener->ctx, line);
}
