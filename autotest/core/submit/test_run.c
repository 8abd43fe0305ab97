#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "check.h"
#include "command.h"
#include "submit/submission_internal.h"
#include "base/uuid.h"

#define MINUTE 60.0
#define DAY 86400.0

static char directory[40];
static struct service *service;
static struct outcome outcome;

static void remove_file(void *ctx, const char *name)
{
    char path[400];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

static void begin(void)
{
    mf_folder_list(directory, remove_file, NULL);
    service_reset(service, 1);
    service_on_call = NULL;
}

/* Runs a command, and checks how it ends and how many requests that create it makes. */
static void run(struct command command, const char *why, int creates, int line)
{
    const int before = service->create_count;
    command_run(service, &command, &outcome);
    if ((outcome.failed != 0) != (why != NULL) || service->create_count - before != creates) {
        fprintf(stderr, "line %d: %s\n%s", line, outcome.message, outcome.said);
        CHECK_NUMBER(outcome.failed, why != NULL);
        CHECK_NUMBER(service->create_count - before, creates);
    }
    if (why != NULL)
        CHECK_HOLDS(outcome.message, why);
    service->now += 1;
}

#define RUN(command, why, creates) run(command, why, creates, __LINE__)
#define JOBS(...) command_of(directory, __VA_ARGS__)

static int count_of(int job)
{
    return service_count(service, command_job_name(job));
}

static void add_foreign(int count)
{
    for (int i = 0; i < count; i++)
        service_add_foreign(service, service->now + i * 0.001);
    service->now += 1;
}

/* Bytes of all journals. */
static void add_size(void *ctx, const char *name)
{
    char path[400];
    struct mf_file_identity identity;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (mf_path_identity(path, &identity) == 0)
        *(uint64_t *)ctx += identity.size;
}

static uint64_t journal_size(void)
{
    uint64_t size = 0;
    mf_folder_list(directory, add_size, &size);
    return size;
}

/* ---- runs that end -------------------------------------------------------------------------- */

static void test_a_run(void)
{
    char first[MF_UUID_SIZE];
    begin();
    RUN(JOBS(2, 1, 2), NULL, 2);
    CHECK_TEXT(outcome.said, "");
    snprintf(first, sizeof first, "%s", outcome.ids[0][1]);
    CHECK(service_find(service, outcome.ids[0][0]) != NULL && service_find(service, first) != NULL);
    /* History: the same command submits anew, and says so in one line. */
    service->now += 30 * DAY;
    RUN(JOBS(2, 1, 2), NULL, 2);
    CHECK_HOLDS(outcome.said,
                "(and 1 others) was submitted before, on 2026-11-27T12:00:00Z, as processing ");
    CHECK_HOLDS(outcome.said, ": it is submitted again.\n");
    CHECK_TEXT(strchr(outcome.said, '\n'), "\n");
    CHECK(strcmp(outcome.ids[0][1], first) != 0);
    CHECK_NUMBER(count_of(1), 2);
    /* Others know nothing of it: another account, another set of jobs. */
    struct command other = JOBS(2, 1, 2);
    other.account = "you";
    RUN(other, NULL, 2);
    CHECK_TEXT(outcome.said, "");
    RUN(JOBS(1, 3), NULL, 1);
    CHECK_TEXT(outcome.said, "");
    /* Jobs that are the same in everything are several all the same. */
    RUN(JOBS(3, 4, 4, 4), NULL, 3);
    CHECK_NUMBER(count_of(4), 3);
}

static void test_what_ends_after_the_command_began(void)
{
    begin();
    struct command early = JOBS(2, 1, 2);
    early.started = service->now;
    service->now += 5;
    RUN(JOBS(2, 1, 2), NULL, 2);
    RUN(early, NULL, 0);
    CHECK_HOLDS(outcome.said, "2 of 2 processings were submitted before");
    CHECK(service_find(service, outcome.ids[0][1]) != NULL);
    RUN(JOBS(2, 1, 2), NULL, 2);
}

/* ---- runs that do not end ------------------------------------------------------------------- */

static void test_a_refusal(void)
{
    begin();
    service->plans[1] = SERVICE_REFUSED;
    RUN(JOBS(3, 1, 2, 3), "\"job 2\" was not created", 2);
    RUN(JOBS(3, 1, 2, 3), NULL, 2);
    CHECK_HOLDS(outcome.said,
                "1 of 3 processings were submitted before, by a run that did not end");
    CHECK_HOLDS(outcome.said, outcome.ids[0][0]);
    CHECK_HOLDS(outcome.said, "(RESUME=NO sends them again)");
    for (int job = 1; job <= 3; job++)
        CHECK_NUMBER(count_of(job), 1);
    /* The source was mended: what is still the same is taken over. */
    begin();
    service->plans[2] = SERVICE_REFUSED;
    RUN(JOBS(3, 1, 2, 3), "\"job 3\"", 3);
    RUN(JOBS(3, 2, 4, 1), NULL, 1);
    CHECK_HOLDS(outcome.said, "2 of 3 processings");
    CHECK_NUMBER(count_of(1) + count_of(2) + count_of(4), 3);
}

/* Two layers, the second refused: the first is not paid twice. */
static void test_layers(void)
{
    begin();
    struct command command = JOBS(2, 1, 2);
    command.layer_count = 2;
    command.layers[1].count = 1;
    command.layers[1].jobs[0] = 3;
    service->plans[2] = SERVICE_REFUSED;
    RUN(command, "\"job 3\"", 3);
    RUN(command, NULL, 1);
    CHECK_HOLDS(outcome.said, "2 of 3 processings");
    CHECK_NUMBER(count_of(1) + count_of(2) + count_of(3), 3);
}

static void test_resume_no(void)
{
    begin();
    struct command command = JOBS(1, 1);
    command.layer_count = 2;
    command.layers[1].count = 2;
    command.layers[1].jobs[0] = 2;
    command.layers[1].jobs[1] = 3;
    service->plans[2] = SERVICE_REFUSED;
    RUN(command, "\"job 3\"", 3);
    /* It is each layer's own. */
    command.layers[0].no_resume = 1;
    RUN(command, NULL, 2);
    CHECK_NUMBER(count_of(1), 2);
    CHECK_NUMBER(count_of(2), 1);
    CHECK_NUMBER(count_of(3), 1);
    /* What such a command leaves open is open. */
    command.layers[1].no_resume = 1;
    service->plans[6] = SERVICE_REFUSED;
    RUN(command, "\"job 2\"", 2);
    command.layers[0].no_resume = command.layers[1].no_resume = 0;
    RUN(command, NULL, 2);
    CHECK_HOLDS(outcome.said, "1 of 3 processings were submitted before, by");
    CHECK_HOLDS(outcome.said, "submitted again");
    CHECK_NUMBER(count_of(1), 3);
    CHECK_NUMBER(count_of(2), 2);
    CHECK_NUMBER(count_of(3), 2);
}

static void test_a_dry_run(void)
{
    begin();
    struct command dry = JOBS(2, 1, 2);
    dry.dry_run = 1;
    RUN(dry, NULL, 0);
    CHECK_NUMBER(journal_size(), 0);
    CHECK_TEXT(outcome.said, "");
    service->plans[1] = SERVICE_LOST_AFTER;
    service->broken_lists = 1000;
    RUN(JOBS(2, 1, 2), "could not be listed", 2);
    const uint64_t size = journal_size();
    for (int i = 0; i < 2; i++) {
        RUN(dry, NULL, 0);
        CHECK_HOLDS(outcome.said, "2 of 2 processings were sent before by a run that did not end");
        CHECK_NUMBER(journal_size(), size);
    }
    service->broken_lists = 0;
    RUN(JOBS(2, 1, 2), NULL, 0);
    CHECK_NUMBER(count_of(1) + count_of(2), 2);
    RUN(dry, NULL, 0);
    CHECK_HOLDS(outcome.said, "(and 1 others) was submitted before, on ");
    CHECK_HOLDS(outcome.said, ": it would be submitted again.\n");
}

/* ---- answers that are lost ------------------------------------------------------------------ */

/* Leaves job 1 created, or not, and its answer lost. */
static void lose(enum service_fault fault)
{
    begin();
    service->plans[0] = fault;
    service->broken_lists = 1000;
    RUN(JOBS(2, 1, 2), "\"job 1\" was submitted, but the server did not confirm it (", 1);
    CHECK_HOLDS(outcome.message, "Repeat the command: it searches for the processing first");
    CHECK_HOLDS(outcome.message, "\"submission\": \"");
    service->broken_lists = 0;
}

static void test_lost_and_found(void)
{
    static const int newer[] = {0, 31, 500}, pages[] = {5, 29, 30, 31, 100};
    static const double skews[] = {0, 7 * 3600, -7 * 3600};
    for (int kind = 0; kind < 3 * 5 * 3 * 4; kind++) {
        lose(kind % 2 ? SERVICE_LOST_AFTER : SERVICE_WITHOUT_AN_ID);
        service->now += kind % 7 < 4 ? 11 * MINUTE : 5;
        service->most = pages[kind / 3 % 5];
        service->skew = skews[kind / 15 % 3];
        service->is_sorted = kind / 45 % 4 != 1;
        service->totals = kind / 45 % 4 == 2   ? SERVICE_NO_TOTALS
                          : kind / 45 % 4 == 3 ? SERVICE_PAGE_TOTALS
                                               : SERVICE_TRUE_TOTALS;
        service->has_pages = kind % 11 != 0;
        service->added_a_page = kind % 5 == 0 ? 3 : 0;
        service->removed_in_256 = kind % 4 == 0;
        add_foreign(newer[kind % 3]);
        RUN(JOBS(2, 1, 2), NULL, 1);
        CHECK_HOLDS(outcome.said, "1 of 2 processings were submitted before");
        if (!CHECK_NUMBER(count_of(1), 1) || !CHECK_NUMBER(count_of(2), 1))
            fprintf(stderr, "    kind %d\n", kind);
        CHECK(service_find(service, outcome.ids[0][0]) != NULL);
    }
}

static void test_lost_and_absent(void)
{
    lose(SERVICE_LOST_BEFORE);
    const double sent = service->now;
    for (int i = 0; i < 3; i++) {
        RUN(JOBS(2, 1, 2), "may still appear: repeat the command after ten minutes", 0);
        CHECK_HOLDS(outcome.message, "\"job 1\" was sent on 2026-11-27T12:0");
        CHECK_NUMBER(outcome.kind, MF_ERR_NOT_READY);
    }
    service->now = sent + 11 * MINUTE;
    service->broken_lists = 1000;
    RUN(JOBS(2, 1, 2), "It is not sent again: the processings could not be listed", 0);
    service->broken_lists = 0;
    RUN(JOBS(2, 1, 2), NULL, 2);
    CHECK_NUMBER(count_of(1) + count_of(2), 2);
}

static void test_lost_and_late(void)
{
    lose(SERVICE_LATE);
    service->now += 9.9 * MINUTE;
    RUN(JOBS(2, 1, 2), NULL, 1);
    CHECK_NUMBER(count_of(1) + count_of(2), 2);
}

static void test_advice(void)
{
    begin();
    service->plans[0] = service->plans[1] = SERVICE_LOST_BEFORE;
    struct command command = JOBS(1, 1);
    command.directory = NULL;
    RUN(command, "with JOURNAL=NO it would be sent again", 1);
    CHECK_LACKS(outcome.message, "Repeat");
    command.directory = directory;
    command.layers[0].no_resume = 1;
    RUN(command, "Repeat the command without RESUME=NO: it searches", 1);
}

static void test_expired(void)
{
    begin();
    service->plans[1] = SERVICE_LOST_BEFORE;
    RUN(JOBS(3, 1, 2, 3), "\"job 2\"", 2);
    service->now += 29 * DAY;
    RUN(JOBS(1, 1), NULL, 0);
    begin();
    service->plans[1] = SERVICE_LOST_BEFORE;
    RUN(JOBS(3, 1, 2, 3), "\"job 2\"", 2);
    service->now += 31 * DAY;
    RUN(JOBS(3, 1, 2, 3), NULL, 3);
    CHECK_HOLDS(outcome.said, "\"job 1\" was submitted on 2026-11-27T12:00:00Z as processing ");
    CHECK_HOLDS(outcome.said, "\"job 2\" was sent on 2026-11-27T12:00:00Z, and the server did "
                              "not confirm it. That is more than 30 days ago");
    CHECK_HOLDS(outcome.said, "\"submission\": \"");
    CHECK_LACKS(outcome.said, "job 3");
}

/* ---- several at once ------------------------------------------------------------------------ */

static struct mf_journal *open_journal(void)
{
    struct mf_journal *journal = NULL;
    CHECK_NUMBER(mf_journal_open(&journal, directory, SERVICE_URL, "me", NULL), 0);
    CHECK_NUMBER(mf_journal_read(journal, NULL), 0);
    return journal;
}

/* The whole text of the only journal, which the caller frees. */
static void take_text(void *ctx, const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (strstr(name, ".jsonl") != NULL)
        CHECK_NUMBER(mf_read_small_file(path, 1000000, ctx, NULL, NULL), 0);
}

/* The id of the run of the last line. */
static void last_run(char run_id[MF_RUN_ID_SIZE])
{
    char *text = NULL;
    mf_folder_list(directory, take_text, &text);
    const char *last = text;
    for (const char *at = text; (at = strstr(at, "\"run\":\"")) != NULL; at++)
        last = at + 7;
    snprintf(run_id, MF_RUN_ID_SIZE, "%s", last);
    free(text);
}

static void test_another_that_does_not_get_on(void)
{
    char run_id[MF_RUN_ID_SIZE];
    struct mf_lock lock = {-1};
    begin();
    service->plans[1] = SERVICE_REFUSED;
    RUN(JOBS(2, 1, 2), "\"job 2\"", 2);
    last_run(run_id);
    struct mf_journal *const journal = open_journal();
    CHECK_NUMBER(mf_journal_try_run(journal, &lock, run_id), 1);
    const double before = service->now;
    RUN(JOBS(2, 1, 2), "has made no progress for 15 minutes: end it, and repeat the command", 0);
    CHECK_TEXT(outcome.said, "Another process is submitting the same: waiting for it.\n");
    CHECK(service->now - before > 15 * MINUTE && service->now - before < 16 * MINUTE);
    mf_journal_release_run(journal, &lock, run_id);
    RUN(JOBS(2, 1, 2), NULL, 1);
    CHECK_NUMBER(count_of(1) + count_of(2), 2);
    /* What it has submitted is submitted, also for others that want it. */
    begin();
    service->plans[1] = SERVICE_REFUSED;
    RUN(JOBS(2, 1, 2), "\"job 2\"", 2);
    last_run(run_id);
    mf_journal_close(journal);
    struct mf_journal *const other = open_journal();
    CHECK_NUMBER(mf_journal_try_run(other, &lock, run_id), 1);
    RUN(JOBS(2, 1, 3), NULL, 1);
    CHECK_NUMBER(count_of(1), 1);
    mf_journal_release_run(other, &lock, run_id);
    mf_journal_close(other);
}

static struct command nested;
static struct outcome of_nested;
static enum service_call nested_at;

static void run_nested(struct service *s, enum service_call call)
{
    if (call != nested_at)
        return;
    service_on_call = NULL;
    command_run(s, &nested, &of_nested);
}

/* While a process waits for its answer, nobody else sends the same job. */
static void test_while_it_is_sent(void)
{
    begin();
    nested = JOBS(2, 9, 1);
    nested_at = SERVICE_CREATED;
    service_on_call = run_nested;
    RUN(JOBS(2, 1, 2), NULL, 2);
    CHECK(of_nested.failed);
    CHECK_HOLDS(of_nested.message, "has made no progress");
    CHECK_NUMBER(count_of(9), 0);
    RUN(JOBS(2, 9, 1), NULL, 2); /* the other run has ended: it is history */
    CHECK_NUMBER(count_of(1), 2);
}

/* Two runs search for the same job, which does not exist. While the first has its list, the second
 * sends it: the first sees that, whether the second has ended or was ended. */
static void test_absent_for_two(void)
{
    for (int is_open = 0; is_open < 2; is_open++) {
        lose(SERVICE_LOST_BEFORE);
        service->now += 11 * MINUTE;
        nested = JOBS(2, 1, 3);
        nested_at = SERVICE_LISTED;
        service_on_call = run_nested;
        service->plans[2] = is_open ? SERVICE_REFUSED : SERVICE_GOOD; /* job 3 */
        RUN(JOBS(2, 1, 2), NULL, 3);
        CHECK_NUMBER(of_nested.failed != 0, is_open);
        CHECK_NUMBER(count_of(1), 1);
        CHECK_TEXT(outcome.ids[0][0], of_nested.ids[0][0]);
        CHECK_HOLDS(outcome.said, outcome.ids[0][0]);
    }
}

/* Two runs that both need what an earlier run of the other left open: neither waits. */
static void test_no_waiting_in_a_circle(void)
{
    char run_b[MF_RUN_ID_SIZE];
    struct mf_lock lock = {-1};
    begin();
    service->plans[0] = service->plans[1] = SERVICE_LOST_AFTER;
    service->broken_lists = 1000;
    RUN(JOBS(2, 1, 2), "\"job 1\"", 1);
    RUN(JOBS(3, 2, 3, 1), "\"job 1\" was sent", 0);
    RUN(JOBS(2, 2, 3), "\"job 2\"", 1);
    last_run(run_b);
    service->broken_lists = 0;
    /* A later run of the same jobs as run_b is at work. */
    struct mf_journal *const journal = open_journal();
    run_b[MF_RUN_JOBS_SIZE]++;
    CHECK_NUMBER(mf_journal_try_run(journal, &lock, run_b), 1);
    const double before = service->now;
    RUN(JOBS(2, 1, 2), NULL, 0);
    CHECK(service->now - before < 2);
    CHECK_NUMBER(count_of(1) + count_of(2), 2);
    mf_journal_release_run(journal, &lock, run_b);
    mf_journal_close(journal);
}

/* ---- prices --------------------------------------------------------------------------------- */

static void test_costs(void)
{
    begin();
    service->has_prices = 1;
    service->real_cost = 7;
    service->plans[1] = SERVICE_REFUSED;
    RUN(JOBS(2, 1, 2), "\"job 2\"", 2);
    CHECK(outcome.costs[0][0] == 7 && outcome.costs[0][1] == 5);
    RUN(JOBS(2, 1, 2), NULL, 1);
    CHECK(outcome.costs[0][0] == 7 && outcome.costs[0][1] == 7);
    lose(SERVICE_LOST_AFTER);
    service->real_cost = 9;
    RUN(JOBS(2, 1, 2), NULL, 1);
    CHECK(outcome.costs[0][0] == 9);
}

/* ---- reports of version 0.1 ----------------------------------------------------------------- */

#define REPORT_ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define REPORT_MARKER "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01"

static double area_km2(void)
{
    struct mf_polygons polygons = {0};
    const double square[] = {4.52, 52.15, 4.53, 52.15, 4.53, 52.16, 4.52, 52.16};
    CHECK_NUMBER(mf_polygons_add_outer(&polygons, square, 4, NULL, NULL), 0);
    const double area = mf_polygons_area(&polygons);
    mf_polygons_free(&polygons);
    return area / 1e6;
}

/* A line about job `job`; `rest` is the end of it. */
static char *line_of(int job, const char *id, const char *status, const char *rest)
{
    return mf_str_format("{\"id\":%s%s%s,\"name\":\"job %d\",\"projectId\":\"" SERVICE_PROJECT
                         "\",\"status\":\"%s\",\"cost\":5,\"areaKm2\":%.15g,\"aoiCount\":1,"
                         "\"dryRun\":false,\"request\":\"0123456789abcdef\"%s}\n",
                         id != NULL ? "\"" : "", id != NULL ? id : "null", id != NULL ? "\"" : "",
                         job, status, area_km2(), rest);
}

static struct command with_report(struct command command, char *lines, double age)
{
    static char *kept;
    free(kept);
    kept = lines;
    command.former_report = lines;
    command.former_report_time = service->now - age;
    return command;
}

static char *joined(char *one, char *two)
{
    char *const both = mf_str_format("%s%s", one, two);
    free(one);
    free(two);
    return both;
}

static void test_a_former_report(void)
{
    const char *const marked = ",\"submission\":\"" REPORT_MARKER "\"";
    /* Unknown, and not in the project: sent when it is old, and not a moment after. */
    begin();
    RUN(with_report(JOBS(1, 1), line_of(1, NULL, "SENDING", marked), 30), "may still appear", 0);
    begin();
    RUN(with_report(JOBS(1, 1), line_of(1, NULL, "UNKNOWN", marked), 11 * MINUTE), NULL, 1);
    /* Unknown, and in the project, however far back: the file may have been written to since. */
    for (int kind = 0; kind < 4; kind++) {
        begin();
        service_add_foreign(service, service->now - 9 * DAY);
        snprintf(service->items[0].marker, MF_UUID_SIZE, REPORT_MARKER);
        for (int i = 0; i < 70; i++)
            service_add_foreign(service, service->now - 8 * DAY + i);
        RUN(with_report(JOBS(1, 1),
                        joined(line_of(2, REPORT_ID, "OK", ""),
                               line_of(1, NULL, kind % 2 ? "SENDING" : "UNKNOWN", marked)),
                        kind / 2 ? DAY : 11 * MINUTE),
            NULL, 0);
        CHECK_TEXT(outcome.ids[0][0], service->items[0].id);
    }
    /* What was submitted is taken over with it, once; of several lines each counts once. */
    begin();
    RUN(with_report(JOBS(4, 2, 2, 2, 1),
                    joined(joined(line_of(2, REPORT_ID, "OK", ""), line_of(2, REPORT_ID, "OK", "")),
                           line_of(1, NULL, "UNKNOWN", marked)),
                    DAY),
        NULL, 2);
    CHECK_TEXT(outcome.ids[0][0], REPORT_ID);
    CHECK_TEXT(outcome.ids[0][1], REPORT_ID);
    CHECK_NUMBER(count_of(2), 1);
    CHECK_NUMBER(count_of(1), 1);
    RUN(with_report(JOBS(2, 2, 1),
                    joined(line_of(2, REPORT_ID, "OK", ""), line_of(1, NULL, "UNKNOWN", marked)),
                    DAY),
        NULL, 2);
    /* Too old: warned of, and sent. */
    begin();
    RUN(with_report(JOBS(1, 1), line_of(1, NULL, "UNKNOWN", marked), 31 * DAY), NULL, 1);
    CHECK_HOLDS(outcome.said, "more than 30 days ago");
    /* Reports of runs that ended, of dry runs and of today say nothing. */
    begin();
    RUN(with_report(JOBS(1, 2), line_of(2, REPORT_ID, "OK", ""), DAY), NULL, 1);
    char *const today = line_of(1, NULL, "UNKNOWN", marked);
    char *const request = strstr(today, ",\"request\"");
    memset(request, ' ', strlen(",\"request\":\"0123456789abcdef\""));
    RUN(with_report(JOBS(1, 1), today, DAY), NULL, 1);
    begin();
    char *const dry = line_of(1, NULL, "UNKNOWN", marked);
    memcpy(strstr(dry, "false"), " true", 5);
    RUN(with_report(JOBS(1, 1), dry, DAY), NULL, 1);
    RUN(with_report(JOBS(1, 3), mf_str_copy("SQLite format 3\n{\n"), DAY), NULL, 1);
    /* Another project, another name, another area. */
    begin();
    char *const elsewhere = line_of(1, NULL, "UNKNOWN", marked);
    memcpy(strstr(elsewhere, SERVICE_PROJECT), "99", 2);
    RUN(with_report(JOBS(1, 1), elsewhere, 1), NULL, 1);
    RUN(with_report(JOBS(1, 2), line_of(3, NULL, "UNKNOWN", marked), 1), NULL, 1);
    char *const larger = line_of(4, NULL, "UNKNOWN", marked);
    memcpy(strstr(larger, "areaKm2\":") + 9, "9", 1);
    RUN(with_report(JOBS(1, 4), larger, 1), NULL, 1);
}

int main(void)
{
    snprintf(directory, sizeof directory, "%s/mapflow-run-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(directory) == NULL)
        return 1;
    service = service_new();
    test_a_run();
    test_what_ends_after_the_command_began();
    test_a_refusal();
    test_layers();
    test_resume_no();
    test_a_dry_run();
    test_lost_and_found();
    test_lost_and_absent();
    test_lost_and_late();
    test_advice();
    test_expired();
    test_another_that_does_not_get_on();
    test_while_it_is_sent();
    test_absent_for_two();
    test_no_waiting_in_a_circle();
    test_costs();
    test_a_former_report();
    begin();
    CHECK_NUMBER(rmdir(directory), 0);
    return check_result();
}
