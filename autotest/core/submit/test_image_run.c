#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "script.h"
#include "submit/image_run.h"

#define MOSAIC "5b0d8e52-91b6-4c39-a0f4-7d2f6a1c9e10"
#define OLD "11111111-2a3b-4f64-9d3b-6f0a5f6f7b21"
#define TWO "22222222-2a3b-4f64-9d3b-6f0a5f6f7b21"
#define NEW "c41f1f0a-2a3b-4f64-9d3b-6f0a5f6f7b21"
#define SIZE 10
#define COUNT(array) (sizeof(array) / sizeof *(array))

#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = (text)                                                              \
    }
#define ROW(id, name, status, data)                                                                \
    "{\"image_id\":\"" id "\",\"filename\":\"" name "\",\"preprocessing_status\":\"" status        \
    "\",\"data_available\":" data "}"
#define STATES(rows) GOOD("{\"images\":[" rows "]}")
#define OLD_ROW ROW(OLD, "old.tif", "NONE", "true")
#define NEW_ROW ROW(NEW, "a.tif", "COMPLETED", "true")
#define BEFORE STATES(OLD_ROW), GOOD("[]")
#define AFTER STATES(OLD_ROW "," NEW_ROW), GOOD("[]")
#define LOST                                                                                       \
    {                                                                                              \
        .kind = MF_ERR_NETWORK                                                                     \
    }
#define CUT                                                                                        \
    {                                                                                              \
        .kind = MF_ERR_NETWORK, .not_sent = SCRIPT_CUT                                             \
    }

static char directory[40];
static struct script script;
static struct mf_error err;
static char said[2000];

static void hear(void *ctx, const char *line)
{
    (void)ctx;
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", line);
}

static void remove_file(void *ctx, const char *name)
{
    char path[400];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

static int give(void *ctx, char *data, size_t size, size_t *got, struct mf_error *e)
{
    int *const left = ctx;
    (void)e;
    *got = (size_t)*left < size ? (size_t)*left : size;
    memset(data, 'x', *got);
    *left -= (int)*got;
    return 0;
}

/* A command: what it needs, from its beginning to its end. */
struct command {
    struct mf_image_run_options options;
    struct mf_image_run *run;
    double now; /* of the clock when it begins */
};

static void begin(struct command *command, const struct script_step *steps, size_t count)
{
    const double now = command->now;
    memset(command, 0, sizeof *command);
    said[0] = '\0';
    mf_error_init(&err);
    command->options.client = script_client(&script, steps, count);
    script.now += now;
    command->options.started = mf_client_utc(command->options.client);
    command->options.listener.say = hear;
    CHECK_NUMBER(mf_journal_open_uploads(&command->options.journal, directory,
                                         "https://a.test/rest", "me", &err),
                 0);
}

static int open_run(struct command *command)
{
    const struct mf_image_file file = {MOSAIC, "a.tif", SIZE, "content"};
    return mf_image_run_open(&command->run, &command->options, &file, &err);
}

static int send_file(struct command *command)
{
    int left = SIZE;
    const struct mf_upload content = {&left, SIZE, give, NULL};
    return mf_image_run_send(command->run, &content, &err);
}

static void end(struct command *command, size_t requests)
{
    CHECK_NUMBER(script.next, requests);
    mf_image_run_close(command->run);
    mf_journal_close(command->options.journal);
    mf_client_close(command->options.client);
}

#define BEGIN(...)                                                                                 \
    static const struct script_step steps[] = {__VA_ARGS__};                                       \
    begin(&command, steps, COUNT(steps))

static void forget(void)
{
    mf_folder_list(directory, remove_file, NULL);
}

static void test_upload(void)
{
    struct command command = {0};
    forget();
    BEGIN(BEFORE, GOOD("{\"id\":\"" NEW "\"}"), AFTER);
    CHECK_NUMBER(open_run(&command), 0);
    CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
    CHECK_NUMBER(mf_image_run_images(command.run)->count, 1);
    CHECK_NUMBER(send_file(&command), 0);
    CHECK_TEXT(mf_image_run_id(command.run), NEW);
    CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_SENT);
    CHECK_NUMBER(send_file(&command), 0);
    const struct mf_image_wait wait = {100, 10, NULL, NULL};
    bool is_over = false;
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), 0);
    CHECK(is_over && mf_image_run_image(command.run)->state == MF_IMAGE_READY);
    CHECK_NUMBER(mf_image_run_end(command.run, &err), 0);
    end(&command, COUNT(steps));
}

/* What an ended run has uploaded is history; what one that did not end has uploaded is taken over.
 */
static void test_again(void)
{
    struct command command = {.now = 10};
    {
        BEGIN(BEFORE);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
    forget();
    {
        BEGIN(BEFORE, GOOD("{\"message\":\"thank you\"}"), BEFORE, AFTER);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(send_file(&command), 0);
        CHECK_TEXT(mf_image_run_id(command.run), NEW);
        end(&command, COUNT(steps));
    }
    {
        BEGIN(AFTER);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_SENT);
        CHECK_HOLDS(said, "is not sent again: image " NEW);
        end(&command, COUNT(steps));
    }
    {
        BEGIN(BEFORE);
        command.options.no_resume = true;
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
    command.now = 700;
    {
        BEGIN(BEFORE, BEFORE); /* somebody has deleted it */
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
}

static void test_lost_and_found(void)
{
    struct command command = {0};
    forget();
    BEGIN(BEFORE, LOST, BEFORE, AFTER);
    CHECK_NUMBER(open_run(&command), 0);
    CHECK_NUMBER(send_file(&command), 0);
    CHECK_TEXT(mf_image_run_id(command.run), NEW);
    end(&command, COUNT(steps));
}

#define SEVEN_TIMES BEFORE, BEFORE, BEFORE, BEFORE, BEFORE, BEFORE, BEFORE

static void test_lost(void)
{
    struct command command = {0};
    forget();
    {
        BEGIN(BEFORE, LOST, SEVEN_TIMES);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(send_file(&command), -1);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_UNKNOWN);
        CHECK_HOLDS(err.message, "the server did not confirm it");
        CHECK_HOLDS(err.message, "does not upload it twice");
        CHECK_NUMBER(send_file(&command), -1);
        end(&command, COUNT(steps));
    }
    command.now = 100;
    {
        BEGIN(SEVEN_TIMES);
        CHECK_NUMBER(open_run(&command), -1);
        CHECK_HOLDS(err.message, "repeat the command after ten minutes");
        end(&command, COUNT(steps));
    }
    {
        static const struct script_step steps[] = {
            {.status = 403}, {.status = 403}, {.status = 403}, {.status = 403},
            {.status = 403}, {.status = 403}, {.status = 403}};
        begin(&command, steps, COUNT(steps));
        CHECK_NUMBER(open_run(&command), -1);
        CHECK_HOLDS(err.message, "could not be listed");
        end(&command, COUNT(steps));
    }
    command.now = 1000;
    {
        BEGIN(BEFORE, BEFORE);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
}

/* What did not leave whole, and what was refused, does not exist: nothing is looked for next time.
 */
static void test_not_stored(void)
{
    struct command command = {0};
    forget();
    {
        BEGIN(BEFORE, CUT);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(send_file(&command), -1);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
    {
        BEGIN(BEFORE, {.status = 422}, AFTER);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(send_file(&command), -1);
        CHECK_HOLDS(err.message, "The mosaic has it as image " NEW ", READY");
        CHECK_TEXT(mf_image_run_id(command.run), "");
        end(&command, COUNT(steps));
    }
    {
        BEGIN(BEFORE);
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(mf_image_run_state(command.run), MF_JOB_NEW);
        end(&command, COUNT(steps));
    }
}

/* An image of another name counts when the server has confirmed the upload, and it is the only one:
 * at once if the name is hexadecimal, else at the last look, since ours may be listed late. */
static void test_other_names(void)
{
    static const struct {
        const char *rows, *later; /* at the first look and after it; NULL: the same */
        const char *id;
        size_t steps;
    } cases[] = {
        {OLD_ROW "," ROW(NEW, "0a1b2c3d4e5f60718293.tif", "NONE", "true"), NULL, NEW, 5},
        {OLD_ROW "," ROW(NEW, "theirs.tif", "NONE", "true"), NULL, NEW, 17},
        {ROW(NEW, "theirs.tif", "NONE", "true"),
         ROW(NEW, "theirs.tif", "NONE", "true") "," ROW(TWO, "a.tif", "NONE", "true"), TWO, 7},
        {ROW(NEW, "x.tif", "NONE", "true") "," ROW(TWO, "y.tif", "NONE", "true"), NULL, "", 17},
        {ROW(TWO, "a.tif", "NONE", "true") "," ROW(NEW, "b.tif", "NONE", "true"), NULL, TWO, 5}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct command command = {0};
        char first[600], later[600];
        snprintf(first, sizeof first, "{\"images\":[%s]}", cases[i].rows);
        snprintf(later, sizeof later, "{\"images\":[%s]}",
                 cases[i].later != NULL ? cases[i].later : cases[i].rows);
        struct script_step steps[3 + 14] = {STATES(OLD_ROW), GOOD("[]"), GOOD("{}")};
        for (size_t j = 3; j < COUNT(steps); j += 2) {
            steps[j] = (struct script_step)GOOD(j == 3 ? first : later);
            steps[j + 1] = (struct script_step)GOOD("[]");
        }
        forget();
        begin(&command, steps, COUNT(steps));
        CHECK_NUMBER(open_run(&command), 0);
        CHECK_NUMBER(send_file(&command), 0);
        CHECK_TEXT(mf_image_run_id(command.run), cases[i].id);
        CHECK_NUMBER(strstr(said, "its id is not known") != NULL, cases[i].id[0] == '\0');
        end(&command, cases[i].steps);
    }
}

static int count_calls(void *ctx, double seconds)
{
    (void)seconds;
    return ++*(int *)ctx > 50;
}

static void test_wait(void)
{
    struct command command = {0};
    bool is_over = true;
    int calls = 0;
    forget();
    BEGIN(BEFORE, GOOD("{\"id\":\"" NEW "\"}"), BEFORE, {.status = 403},
          STATES(ROW(NEW, "a.tif", "NONE", "false")), GOOD("[]"),
          STATES(ROW(NEW, "a.tif", "PENDING", "true")), GOOD("[]"),
          STATES("{\"image_id\":\"" NEW "\",\"filename\":\"a.tif\",\"preprocessing_status\":"
                 "\"FAILED\",\"preprocessing_error\":\"bad bands\"}"),
          GOOD("[]"), BEFORE);
    CHECK_NUMBER(open_run(&command), 0);
    CHECK_NUMBER(send_file(&command), 0);
    struct mf_image_wait wait = {0, 10, NULL, NULL};
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), -1);
    CHECK_HOLDS(err.message, "not in the mosaic yet");
    CHECK(!is_over);
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), -1);
    CHECK_HOLDS(err.message, "still loading or failed to load");
    wait.timeout = 1000;
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), -1);
    CHECK_HOLDS(err.message, "bad bands");
    CHECK(is_over);
    wait.progress = count_calls;
    wait.ctx = &calls;
    CHECK_NUMBER(mf_image_run_wait(command.run, &wait, &is_over, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_CANCELLED);
    end(&command, COUNT(steps));
}

#define THE_MOSAIC "{\"id\":\"" MOSAIC "\",\"name\":\"M\"}"
#define SEVEN_LISTS                                                                                \
    GOOD("[]"), GOOD("[]"), GOOD("[]"), GOOD("[]"), GOOD("[]"), GOOD("[]"), GOOD("[]")

static int find_or_create(struct command *command, bool *is_created)
{
    struct mf_mosaic mosaic;
    const int failed =
        mf_mosaic_find_or_create(&mosaic, &command->options, "M", NULL, is_created, &err);
    if (!failed)
        CHECK_TEXT(mosaic.id, MOSAIC);
    mf_mosaic_free(&mosaic);
    return failed;
}

static void test_mosaic(void)
{
    struct command command = {0};
    bool is_created = true;
    forget();
    {
        BEGIN(GOOD("[" THE_MOSAIC "]"), GOOD("[]"), GOOD(THE_MOSAIC), {.status = 403});
        CHECK_NUMBER(find_or_create(&command, &is_created), 0);
        CHECK(!is_created);
        CHECK_NUMBER(find_or_create(&command, &is_created), 0);
        CHECK(is_created);
        CHECK_NUMBER(find_or_create(&command, &is_created), -1);
        end(&command, COUNT(steps));
    }
    forget();
    {
        BEGIN(GOOD("[]"), {.status = 422}, GOOD("[]"), LOST, GOOD("[" THE_MOSAIC "]"));
        CHECK_NUMBER(find_or_create(&command, &is_created), -1);
        CHECK_NUMBER(find_or_create(&command, &is_created), 0);
        end(&command, COUNT(steps));
    }
    forget();
    {
        BEGIN(GOOD("[]"), LOST, SEVEN_LISTS);
        CHECK_NUMBER(find_or_create(&command, &is_created), -1);
        CHECK_HOLDS(err.message, "repeat the command after ten minutes");
        end(&command, COUNT(steps));
    }
    command.now = 100;
    {
        BEGIN(GOOD("[]"), SEVEN_LISTS);
        CHECK_NUMBER(find_or_create(&command, &is_created), -1);
        CHECK_HOLDS(err.message, "repeat the command after ten minutes");
        end(&command, COUNT(steps));
    }
    command.now = 1000;
    {
        BEGIN(GOOD("[]"), GOOD(THE_MOSAIC));
        CHECK_NUMBER(find_or_create(&command, &is_created), 0);
        end(&command, COUNT(steps));
    }
}

int main(void)
{
    snprintf(directory, sizeof directory, "/tmp/mapflow-uploads-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    test_upload();
    test_again();
    test_lost_and_found();
    test_lost();
    test_not_stored();
    test_other_names();
    test_wait();
    test_mosaic();
    forget();
    rmdir(directory);
    return check_result();
}
