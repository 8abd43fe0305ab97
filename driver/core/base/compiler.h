/* SPDX-License-Identifier: MIT */
/* compiler: attributes that not every compiler knows. */
#ifndef MF_COMPILER_H
#define MF_COMPILER_H

#if defined(__MINGW32__)
#include <stdio.h> /* defines __MINGW_PRINTF_FORMAT */
#define MF_PRINTF(fmt_index, first_arg)                                                            \
    __attribute__((format(__MINGW_PRINTF_FORMAT, fmt_index, first_arg)))
#define MF_NODISCARD __attribute__((warn_unused_result))
#elif defined(__GNUC__)
#define MF_PRINTF(fmt_index, first_arg) __attribute__((format(printf, fmt_index, first_arg)))
#define MF_NODISCARD __attribute__((warn_unused_result))
#else
#define MF_PRINTF(fmt_index, first_arg)
#define MF_NODISCARD
#endif

#endif
