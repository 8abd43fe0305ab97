// The general case of number: the standard library's own exact, locale-independent conversions.
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

double mf_number_double_exact(const char *text, size_t size)
{
    double value = 0;
    const auto result = std::from_chars(text, text + size, value);
    if (result.ec != std::errc::result_out_of_range)
        return value;
    // from_chars does not say on which side the value is out of range: it is below 1 when the
    // decimal exponent of its first significant digit is negative.
    const char *const end = text + size;
    const char *p = text;
    const bool negative = p < end && *p == '-';
    p += negative;
    long integer_digits = 0, leading_zeros = 0, exponent = 0;
    bool fraction = false, nonzero = false;
    for (; p < end && *p != 'e' && *p != 'E'; ++p) {
        if (*p == '.')
            fraction = true;
        else if (*p != '0' || nonzero) {
            nonzero = true;
            integer_digits += !fraction;
        } else
            leading_zeros += fraction;
    }
    if (p < end) {
        const bool down = p + 1 < end && p[1] == '-';
        for (++p; p < end; ++p)
            if (*p >= '0' && *p <= '9' && exponent < 1000000000)
                exponent = exponent * 10 + (*p - '0');
        exponent = down ? -exponent : exponent;
    }
    const bool huge = integer_digits - leading_zeros + exponent > 0;
    value = huge ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -value : value;
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
