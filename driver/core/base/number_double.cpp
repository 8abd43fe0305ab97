// SPDX-License-Identifier: MIT
// Converts doubles to and from text. The C library does so only in the locale of the process.
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include <fast_float/fast_float.h>

double mf_number_double(const struct mf_number *number)
{
    double value = 0;
    fast_float::from_chars(number->text, number->text + number->size, value);
    return value;
}

size_t mf_number_format(double value, char text[MF_NUMBER_TEXT_SIZE])
{
    if (std::isnan(value) || std::isinf(value)) {
        const char *const name = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        std::memcpy(text, name, std::strlen(name) + 1);
        return std::strlen(name);
    }
    char *end =
        std::to_chars(text, text + MF_NUMBER_TEXT_SIZE - 3, value, std::chars_format::general, 17)
            .ptr;
    const auto size = static_cast<size_t>(end - text);
    if (std::memchr(text, '.', size) == nullptr && std::memchr(text, 'e', size) == nullptr) {
        *end++ = '.';
        *end++ = '0';
    }
    *end = '\0';
    return static_cast<size_t>(end - text);
}
