/* check: the whole test framework. Each test program ends with `return check_result();`. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

/* One counter for all files of a program. */
__attribute__((weak)) int check_failures;

static inline int check_true(int is_true, const char *text, const char *file, int line)
{
    if (!is_true) {
        fprintf(stderr, "%s:%d: %s\n", file, line, text);
        check_failures++;
    }
    return is_true;
}

static inline int check_text(const char *got, const char *wanted, const char *file, int line)
{
    const int same = got != NULL && wanted != NULL ? strcmp(got, wanted) == 0 : got == wanted;
    if (!same) {
        fprintf(stderr, "%s:%d: got \"%s\"\n    wanted \"%s\"\n", file, line,
                got != NULL ? got : "(null)", wanted != NULL ? wanted : "(null)");
        check_failures++;
    }
    return same;
}

static inline int check_holds(const char *text, const char *part, int wanted, const char *file,
                              int line)
{
    const int found = text != NULL && strstr(text, part) != NULL;
    if (found != wanted) {
        fprintf(stderr, "%s:%d: \"%s\" %s \"%s\"\n", file, line, text != NULL ? text : "(null)",
                wanted ? "does not hold" : "holds", part);
        check_failures++;
    }
    return found == wanted;
}

static inline int check_number(long long got, long long wanted, const char *text, const char *file,
                               int line)
{
    if (got != wanted) {
        fprintf(stderr, "%s:%d: %s is %lld, wanted %lld\n", file, line, text, got, wanted);
        check_failures++;
    }
    return got == wanted;
}

static inline int check_result(void)
{
    if (check_failures > 0)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures > 0;
}

#define CHECK(condition) check_true((condition) != 0, #condition, __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted) check_text(got, wanted, __FILE__, __LINE__)
#define CHECK_HOLDS(text, part) check_holds(text, part, 1, __FILE__, __LINE__)
#define CHECK_LACKS(text, part) check_holds(text, part, 0, __FILE__, __LINE__)
#define CHECK_NUMBER(got, wanted)                                                                  \
    check_number((long long)(got), (long long)(wanted), #got, __FILE__, __LINE__)

#endif
