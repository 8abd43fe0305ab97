#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/program.h"
#include "check.h"

#define ASK "ask" /* an argument: this program says by its exit code whether it is `gdal completion` */

static const char *self;

/* What a process says that was started with these words. */
static int asked_as(const char *name, const char *first, const char *second)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        execl(self, name, first, second, (char *)NULL);
        _exit(9);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_commands(void)
{
    char longest[8192];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK_NUMBER(asked_as("gdal", "completion", ASK), 1);
    CHECK_NUMBER(asked_as("/usr/bin/gdal", "completion", ASK), 1);
    CHECK(!mf_program_is("another", NULL));
    CHECK_NUMBER(asked_as("gdal", "vector", ASK), 0);
    CHECK_NUMBER(asked_as("gdal", ASK, "completion"), 0);
    CHECK_NUMBER(asked_as("gdal", ASK, NULL), 0);
    CHECK_NUMBER(asked_as("gdalinfo", "completion", ASK), 0);
    CHECK_NUMBER(asked_as("", "completion", ASK), 0);
    CHECK_NUMBER(asked_as(longest, "completion", ASK), 0);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], ASK) == 0)
            return mf_program_is("gdal", "completion");
    }
    self = argv[0];
    test_commands();
    return check_result();
}
