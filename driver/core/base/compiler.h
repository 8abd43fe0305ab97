/* SPDX-License-Identifier: MIT */
/* compiler: attributes and instructions that not every compiler knows. */
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

/* Enclose what C++ also calls. */
#ifdef __cplusplus
#define MF_C_BEGIN extern "C" {
#define MF_C_END }
#else
#define MF_C_BEGIN
#define MF_C_END
#endif

/* Every x86-64 processor has SSE2, of which MSVC says nothing. */
#if defined(__SSE2__) || defined(_M_X64)
#define MF_HAS_SSE2
#endif

#if defined(_M_X64) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define MF_IS_LITTLE_ENDIAN
#endif

/* Returns the number of zero bits below the lowest bit that is set. `bits` is not 0. */
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static inline int mf_trailing_zeros(unsigned bits)
{
    unsigned long count;
    _BitScanForward(&count, bits);
    return (int)count;
}
#else
static inline int mf_trailing_zeros(unsigned bits)
{
    return __builtin_ctz(bits);
}
#endif

#endif
