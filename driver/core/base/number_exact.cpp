// The general case of number: exact, locale-independent conversions.
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include <fast_float/fast_float.h>

// Out of range it gives infinity or 0, as strtod does.
double mf_number_double_exact(const char *text, size_t size)
{
    double value = 0;
    fast_float::from_chars(text, text + size, value);
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
    if (std::memchr(text, '.', static_cast<size_t>(end - text)) == nullptr &&
        std::memchr(text, 'e', static_cast<size_t>(end - text)) == nullptr) {
        *end++ = '.';
        *end++ = '0';
    }
    *end = '\0';
    return static_cast<size_t>(end - text);
}
