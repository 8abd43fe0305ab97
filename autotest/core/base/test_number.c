#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "base/number_digits.h"

/* Room behind a number for the quick ways to look at it. */
#define BEHIND 64

/* Reads a whole text as one number; returns 0 when it is none. How much text follows makes no
 * difference. */
static int lex(const char *text, struct mf_number *number)
{
    /* Something behind it, or the end of the text would leave the number open. */
    char padded[512 + BEHIND];
    struct mf_number quick;
    const int size = snprintf(padded, sizeof padded, "%s,%*s", text, BEHIND, "");
    const char *const end = mf_number_lex(padded, padded + size - BEHIND, number);
    const char *const quick_end = mf_number_lex(padded, padded + size, &quick);
    CHECK(quick_end == end);
    if (end == NULL || *end != ',')
        return 0;
    CHECK(quick.mantissa == number->mantissa && quick.exponent == number->exponent &&
          quick.negative == number->negative && quick.real == number->real &&
          quick.truncated == number->truncated && quick.size == number->size);
    number->text = text;
    return 1;
}

/* The ways to read a coordinate: what they take, they take as the general way does. */
static void check_coordinate(const char *text, double wanted)
{
    char padded[512 + BEHIND];
    const int size = snprintf(padded, sizeof padded, "%s,%*s", text, BEHIND, "");
    double value = 0;
    int64_t units = 0;
    const char *stop = mf_number_read_plain(padded, padded + size, &value);
    CHECK(stop == NULL || (*stop == ',' && memcmp(&value, &wanted, sizeof value) == 0));
    stop = mf_number_read_approx(padded, &units);
    CHECK(stop == NULL ||
          (*stop == ',' && fabs((double)units * MF_APPROX_UNIT - wanted) < MF_APPROX_ERROR));
}

static void check_double(const char *text)
{
    struct mf_number number;
    if (!CHECK(lex(text, &number)))
        return;
    const double got = mf_number_double(&number), wanted = strtod(text, NULL);
    if (memcmp(&got, &wanted, sizeof got) != 0) {
        fprintf(stderr, "%s: %a is not %a\n", text, got, wanted);
        check_failures++;
    }
    const double exact = mf_number_double_exact(text, strlen(text));
    CHECK(memcmp(&exact, &wanted, sizeof exact) == 0);
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
        if (!lex(good[i], &number))
            CHECK_TEXT("refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (strcmp(bad[i], "1,5 ") != 0 && lex(bad[i], &number))
            CHECK_TEXT("taken", bad[i]);
    }
}

static void test_open_end(void)
{
    static const char *const open[] = {"1", "-", "1.", "1.5", "1e", "1e+", "1e5", "0"};
    struct mf_number number;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        const char *const end = open[i] + strlen(open[i]);
        CHECK(mf_number_lex(open[i], end, &number) == end);
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

/* Most coordinates take the quick ways; what is no coordinate takes none. */
static void test_quick_ways(void)
{
    static const char *const quick[] = {"4.9", "-4.000111499280502", "179.99999999999997", "0.5", "10.1234567812345678"};
    static const char *const slow[] = {"4", "1e5", "4.5e1", "4.5E1", "04.5", "-", "x", "4.", "1234.5", "-.5", "--4.5", "4.12345678901234567890"};
    char padded[512 + BEHIND];
    double value;
    int64_t units;
    for (size_t i = 0; i < sizeof quick / sizeof *quick; i++) {
        const int size = snprintf(padded, sizeof padded, "%s]%*s", quick[i], BEHIND, "");
        CHECK(mf_number_read_approx(padded, &units) == padded + strlen(quick[i]));
        CHECK(strlen(quick[i]) > 18 ||
              mf_number_read_plain(padded, padded + size, &value) == padded + strlen(quick[i]));
        CHECK(mf_number_read_plain(padded, padded + 8, &value) == NULL);
    }
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        const int size = snprintf(padded, sizeof padded, "%s]%*s", slow[i], BEHIND, "");
        CHECK(mf_number_read_approx(padded, &units) == NULL);
        CHECK(mf_number_read_plain(padded, padded + size, &value) == NULL);
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
                 {"100000000000000000000000000", INT64_MAX},
                 {"-100000000000000000000000000", INT64_MIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mf_number number;
        CHECK(lex(cases[i].text, &number));
        CHECK(!number.real);
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
    test_quick_ways();
    test_integers();
    test_format();
    return check_result();
}
