#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "base/number_digits.h"

/* Text after a number, so that many bytes can be read at once. */
#define AFTER 64

/* Parses a whole string as one number; returns 0 if it is none. How much text follows makes no
 * difference. */
static int parse(const char *text, struct mf_number *number)
{
    /* Something after it, or the end of the text would leave the number open. */
    char padded[512 + AFTER];
    struct mf_number quick;
    const int size = snprintf(padded, sizeof padded, "%s,%*s", text, AFTER, "");
    const char *const end = mf_number_parse(padded, padded + size - AFTER, number);
    const char *const quick_end = mf_number_parse(padded, padded + size, &quick);
    CHECK(quick_end == end);
    CHECK((isnan(mf_number_of_string(text, strlen(text))) != 0) == (end == NULL || *end != ','));
    if (end == NULL || *end != ',')
        return 0;
    CHECK(quick.is_real == number->is_real && quick.size == number->size &&
          quick.exponent_size == number->exponent_size);
    CHECK_NUMBER((long long)number->size, (long long)strlen(text));
    number->text = text;
    return 1;
}

/* A coordinate has the value that the number has. */
static void check_coordinate(const char *text, double wanted)
{
    char padded[512 + AFTER];
    struct mf_coordinate coordinate;
    snprintf(padded, sizeof padded, "%s,%*s", text, AFTER, "");
    const char *const stop = mf_coordinate_find(padded, &coordinate);
    if (stop == NULL)
        return;
    const double value = mf_coordinate_double(&coordinate);
    const double approx = (double)mf_coordinate_approx(&coordinate) * MF_APPROX_UNIT;
    CHECK(*stop == ',');
    CHECK(memcmp(&value, &wanted, sizeof value) == 0);
    CHECK(fabs(approx - wanted) < MF_APPROX_ERROR);
}

static void check_double(const char *text)
{
    struct mf_number number;
    if (!CHECK(parse(text, &number)))
        return;
    const double got = mf_number_double(&number), wanted = strtod(text, NULL);
    if (memcmp(&got, &wanted, sizeof got) != 0) {
        fprintf(stderr, "%s: %a is not %a\n", text, got, wanted);
        check_failures++;
    }
    check_coordinate(text, wanted);
}

static uint64_t seed = 42;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void test_grammar(void)
{
    static const char *const good[] = {"0",   "-0",    "1",     "-1",    "10",     "0.0",   "0.5",
                                       "1e0", "1E5",   "1e+5",  "1e-5",  "-0.0e0", "1.5e3", "123456789",
                                       "0e0", "0e999", "1e400", "1e-400"};
    static const char *const bad[] = {"",    "-",    "+1",  "01",   "-01", ".5",       "1.",   "1.e5", "1e",
                                      "1e+", "0x10", "1.2.3", "1-2", "NaN", "Infinity", "-Infinity", "1,5 ", "--1"};
    struct mf_number number;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!parse(good[i], &number))
            CHECK_TEXT("refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (strcmp(bad[i], "1,5 ") != 0 && parse(bad[i], &number))
            CHECK_TEXT("taken", bad[i]);
    }
}

static void test_open_end(void)
{
    static const char *const open[] = {"1", "-", "1.", "1.5", "1e", "1e+", "1e5", "0"};
    struct mf_number number;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        const char *const end = open[i] + strlen(open[i]);
        CHECK(mf_number_parse(open[i], end, &number) == end);
    }
}

static void test_doubles(void)
{
    static const char *const hard[] = {
        "0", "-0.0", "0.1", "0.3", "1e22", "1e23", "9007199254740993", "9007199254740992.5",
        "9007199254740993.0000000000000000000000000001", "179769313486231580793e289",
        "1.7976931348623157e308", "1.7976931348623159e308", "1e309", "-1e400", "4.9e-324", "2.4e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
        "2.2250738585072014e-308", "1e-400", "123456789012345678901234567890", "0.000001",
        "7.2057594037927933e16", "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126", "8.5e-1", "6.02214076e23",
        "0.00000000000000000000000000000000000000000000000000000001",
        "100000000000000000000000000000000000000000000000000000000000000e-62"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        check_double(hard[i]);
    for (int i = 0; i < 100000; i++) {
        char text[64];
        const uint64_t bits = draw();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof text, "%.*g", (int)(draw() % 20) + 1, value);
        check_double(text);
        /* What results are full of: coordinates. */
        snprintf(text, sizeof text, "%s%u.%0*u", draw() % 2 ? "-" : "", (unsigned)(draw() % 180),
                 (int)(draw() % 12) + 1, (unsigned)draw());
        check_double(text);
        snprintf(text, sizeof text, "%.*f", (int)(draw() % 22) + 1, (double)(int64_t)draw() / 1e17);
        check_double(text);
    }
}

static void test_forms_of_coordinates(void)
{
    static const char *const good[] = {"4.9", "-4.000111499280502", "179.99999999999997", "0.5", "10.1234567812345678"};
    static const char *const bad[] = {"4", "1e5", "4.5e1", "4.5E1", "04.5", "-", "x", "4.", "1234.5", "-.5", "--4.5", "4.12345678901234567890"};
    char padded[512 + AFTER];
    struct mf_coordinate coordinate;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(padded, sizeof padded, "%s]%*s", good[i], AFTER, "");
        CHECK(mf_coordinate_find(padded, &coordinate) == padded + strlen(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(padded, sizeof padded, "%s]%*s", bad[i], AFTER, "");
        CHECK(mf_coordinate_find(padded, &coordinate) == NULL);
    }
}

static void test_integers(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"2147483648", 2147483648},
                 {"9223372036854775807", INT64_MAX},
                 {"9223372036854775808", INT64_MAX},
                 {"-9223372036854775808", INT64_MIN},
                 {"-9223372036854775809", INT64_MIN},
                 {"18446744073709551616", INT64_MAX},
                 {"18446744073709551609", INT64_MAX},
                 {"18446744073709551615", INT64_MAX},
                 {"100000000000000000000000000", INT64_MAX},
                 {"-100000000000000000000000000", INT64_MIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mf_number number;
        CHECK(parse(cases[i].text, &number));
        CHECK(!number.is_real);
        CHECK_NUMBER(mf_number_int64(&number), cases[i].value);
    }
}

static void check_format(double value)
{
    char got[MF_NUMBER_TEXT_SIZE], wanted[64];
    snprintf(wanted, sizeof wanted - 2, "%.17g", value);
    if (strpbrk(wanted, ".e") == NULL)
        strcat(wanted, ".0");
    CHECK_NUMBER(mf_number_format(value, got), strlen(wanted));
    CHECK_TEXT(got, wanted);
}

static void test_format(void)
{
    static const double values[] = {0, -0.0, 1, -1, 0.1, 0.5, 1e15, 1e16, 1e17, 123456789012345678.0, 1e21,
                                    1e22, 1e-4, 1e-5, 1e100, 1.7976931348623157e308, 4.9e-324, 12.5, 100};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_format(values[i]);
    for (int i = 0; i < 100000; i++) {
        const uint64_t bits = draw();
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_format(value);
        check_format((double)(int64_t)(bits >> (draw() % 60)) / 1024.0);
    }
}

int main(void)
{
    test_grammar();
    test_open_end();
    test_doubles();
    test_forms_of_coordinates();
    test_integers();
    test_format();
    return check_result();
}
