#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "check.h"
#include "submit/journal.h"
#include "base/file.h"

#define SERVER "https://api.example.com/rest"
#define ACCOUNT "me@example.com"
#define RUN "0123456789abcdef-00000001"
#define OTHER_RUN "0123456789abcdef-00000002"
#define PROJECT "11111111-2222-4333-8444-555555555501"
#define MARKER "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01"
#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define NOON 1795780800.0 /* 2026-11-27T12:00:00Z */

static char directory[40];
static struct mf_error err;

/* ---- what all tests need -------------------------------------------------------------------- */

static struct mf_journal *open_as(const char *server, const char *account)
{
    struct mf_journal *journal = NULL;
    mf_error_init(&err);
    if (mf_journal_open(&journal, directory, server, account, &err) != 0) {
        CHECK_TEXT(err.message, "");
        exit(check_result());
    }
    return journal;
}

static struct mf_journal *open_journal(void)
{
    struct mf_journal *const journal = open_as(SERVER, ACCOUNT);
    CHECK_NUMBER(mf_journal_read(journal, &err), 0);
    return journal;
}

static void each_file(void (*use)(const char *path))
{
    DIR *const folder = opendir(directory);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] != '.')
            use(path);
    }
    closedir(folder);
}

static void remove_file(const char *path)
{
    unlink(path);
}

static char found[600];
static int files;

static void note_file(const char *path)
{
    files++;
    if (strstr(path, ".jsonl") != NULL)
        snprintf(found, sizeof found, "%s", path);
}

/* The path of the only journal. */
static const char *journal_path(void)
{
    files = 0;
    found[0] = '\0';
    each_file(note_file);
    return found;
}

static void write_text(const char *text, size_t size, const char *mode)
{
    FILE *const file = fopen(journal_path(), mode);
    CHECK(file != NULL && fwrite(text, 1, size, file) == size);
    fclose(file);
}

static void add_text(const char *text)
{
    write_text(text, strlen(text), "a");
}

static char *read_text(size_t *size)
{
    static char text[100000];
    FILE *const file = fopen(journal_path(), "r");
    *size = fread(text, 1, sizeof text - 1, file);
    text[*size] = '\0';
    fclose(file);
    return text;
}

static struct mf_journal_entry entry_of(uint64_t digest, const char *run,
                                        enum mf_journal_state state)
{
    struct mf_journal_entry entry = {.digest = digest,
                                     .project_id = PROJECT,
                                     .marker = MARKER,
                                     .state = state,
                                     .sent = NOON,
                                     .cost = NAN,
                                     .name = (char *)"docks"};
    snprintf(entry.run, sizeof entry.run, "%s", run);
    if (state == MF_JOURNAL_SUBMITTED)
        snprintf(entry.id, sizeof entry.id, ID);
    return entry;
}

static void append(struct mf_journal *journal, uint64_t digest, const char *run,
                   enum mf_journal_state state)
{
    const struct mf_journal_entry entry = entry_of(digest, run, state);
    CHECK_NUMBER(mf_journal_lock(journal, &err), 0);
    CHECK_NUMBER(mf_journal_append(journal, &entry, NOON + 1, &err), 0);
    mf_journal_unlock(journal);
}

static void end(struct mf_journal *journal, const char *run, double now)
{
    CHECK_NUMBER(mf_journal_lock(journal, &err), 0);
    CHECK_NUMBER(mf_journal_end_run(journal, run, now, &err), 0);
    mf_journal_unlock(journal);
}

/* The state of a job, -1 when it is not known. */
static int state_of(const struct mf_journal *journal, uint64_t digest)
{
    const struct mf_journal_entry *const entry = mf_journal_find(journal, digest, PROJECT);
    return entry != NULL ? (int)entry->state : -1;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void test_a_job(void)
{
    struct mf_journal *const journal = open_journal();
    size_t size = 0;
    CHECK(mf_journal_find(journal, 7, PROJECT) == NULL);
    CHECK_NUMBER(mf_journal_size(journal), 0);
    append(journal, 7, RUN, MF_JOURNAL_SENDING);
    const struct mf_journal_entry *entry = mf_journal_find(journal, 7, PROJECT);
    CHECK(entry != NULL && entry->digest == 7 && entry->sent == NOON && isnan(entry->cost));
    CHECK(isnan(entry->run_ended));
    CHECK_TEXT(entry->run, RUN);
    CHECK_TEXT(entry->marker, MARKER);
    CHECK_TEXT(entry->id, "");
    CHECK_TEXT(entry->name, "docks");
    CHECK_NUMBER(entry->state, MF_JOURNAL_SENDING);
    CHECK_TEXT(read_text(&size),
               "{\"time\":\"2026-11-27T12:00:01.000000Z\",\"run\":\"" RUN
               "\",\"job\":\"0000000000000007\",\"state\":\"sending\",\"name\":\"docks\","
               "\"project\":\"" PROJECT "\",\"marker\":\"" MARKER
               "\",\"sent\":\"2026-11-27T12:00:00.000000Z\"}\n");
    CHECK_NUMBER(mf_journal_size(journal), size);
    CHECK(mf_journal_find(journal, 7, ID) == NULL); /* another project */
    CHECK(mf_journal_find(journal, 8, PROJECT) == NULL);

    struct mf_journal_entry known = entry_of(7, RUN, MF_JOURNAL_SUBMITTED);
    known.cost = 12.5;
    known.name = (char *)"Straße \"7\"\n";
    CHECK_NUMBER(mf_journal_lock(journal, &err), 0);
    CHECK_NUMBER(mf_journal_append(journal, &known, NOON + 2, &err), 0);
    CHECK_NUMBER(mf_journal_end_run(journal, RUN, NOON + 3.9996, &err), 0);
    mf_journal_unlock(journal);
    struct mf_journal *const again = open_journal();
    for (int i = 0; i < 2; i++) {
        entry = mf_journal_find(i == 0 ? journal : again, 7, PROJECT);
        CHECK(entry != NULL && entry->cost == 12.5);
        CHECK_TEXT(entry->name, "Straße \"7\"\n");
        CHECK_TEXT(entry->id, ID);
        CHECK_NUMBER(entry->state, MF_JOURNAL_SUBMITTED);
        CHECK(fabs(entry->run_ended - (NOON + 3.9996)) < 1e-6);
    }
    mf_journal_close(again);
    mf_journal_close(journal);
}

/* The last line about a job counts, in whatever run; the end of a run is that of all its jobs. */
static void test_several_runs(void)
{
    struct mf_journal *const journal = open_journal();
    append(journal, 1, RUN, MF_JOURNAL_SENDING);
    append(journal, 2, RUN, MF_JOURNAL_SENDING);
    append(journal, 2, OTHER_RUN, MF_JOURNAL_SENDING);
    CHECK_TEXT(mf_journal_find(journal, 2, PROJECT)->run, OTHER_RUN);
    append(journal, 2, RUN, MF_JOURNAL_UNKNOWN);
    CHECK_TEXT(mf_journal_find(journal, 2, PROJECT)->run, RUN);
    append(journal, 2, OTHER_RUN, MF_JOURNAL_REFUSED);
    CHECK_TEXT(mf_journal_find(journal, 2, PROJECT)->run, OTHER_RUN);
    end(journal, RUN, NOON + 9);
    CHECK_TEXT(mf_journal_find(journal, 2, PROJECT)->run, OTHER_RUN);
    CHECK(isnan(mf_journal_find(journal, 2, PROJECT)->run_ended));
    CHECK(mf_journal_find(journal, 1, PROJECT)->run_ended == NOON + 9);
    /* Many, so that all tables grow. */
    for (uint64_t i = 100; i < 1100; i++)
        append(journal, i, i % 2 ? RUN : OTHER_RUN, (enum mf_journal_state)(i % 4));
    end(journal, OTHER_RUN, NOON + 10);
    struct mf_journal *const again = open_journal();
    for (uint64_t i = 100; i < 1100; i++) {
        CHECK_NUMBER(state_of(journal, i), i % 4);
        CHECK_NUMBER(state_of(again, i), i % 4);
        const double ended = mf_journal_find(again, i, PROJECT)->run_ended;
        CHECK(i % 2 ? isnan(ended) : ended == NOON + 10);
    }
    mf_journal_close(again);
    mf_journal_close(journal);
}

/* What others have written is seen without reading all anew, and not before its line has ended. */
static void test_reading_on(void)
{
    struct mf_journal *const one = open_journal(), *const two = open_journal();
    append(one, 1, RUN, MF_JOURNAL_SENDING);
    CHECK_NUMBER(state_of(two, 1), -1);
    CHECK_NUMBER(mf_journal_read(two, &err), 0);
    CHECK_NUMBER(state_of(two, 1), MF_JOURNAL_SENDING);
    append(two, 1, RUN, MF_JOURNAL_SUBMITTED);
    CHECK_NUMBER(mf_journal_read(one, &err), 0);
    CHECK_NUMBER(state_of(one, 1), MF_JOURNAL_SUBMITTED);
    const size_t before = mf_journal_size(one);
    add_text("{\"run\":\"" RUN "\",\"job\":\"0000000000000001\",\"state\":\"unk");
    CHECK_NUMBER(mf_journal_read(one, &err), 0);
    CHECK_NUMBER(state_of(one, 1), MF_JOURNAL_SUBMITTED);
    CHECK_NUMBER(mf_journal_size(one), before);
    add_text("nown\",\"project\":\"" PROJECT "\",\"marker\":\"" MARKER "\"}\n");
    CHECK_NUMBER(mf_journal_read(one, &err), 0);
    CHECK_NUMBER(state_of(one, 1), MF_JOURNAL_UNKNOWN);
    CHECK(isnan(mf_journal_find(one, 1, PROJECT)->sent));
    CHECK(mf_journal_size(one) > before);
    mf_journal_close(one);
    mf_journal_close(two);
}

/* ---- damage --------------------------------------------------------------------------------- */

/* The journal is cut at every byte: it says what its whole lines say, and goes on. */
static void test_cut(void)
{
    struct mf_journal *journal = open_journal();
    size_t ends[4], size = 0;
    append(journal, 1, RUN, MF_JOURNAL_SENDING);
    ends[0] = mf_journal_size(journal);
    append(journal, 1, RUN, MF_JOURNAL_SUBMITTED);
    ends[1] = mf_journal_size(journal);
    append(journal, 2, RUN, MF_JOURNAL_SENDING);
    ends[2] = mf_journal_size(journal);
    end(journal, RUN, NOON + 5);
    ends[3] = mf_journal_size(journal);
    mf_journal_close(journal);
    char *const whole = strdup(read_text(&size));
    CHECK_NUMBER(size, ends[3]);
    for (size_t cut = 0; cut <= size; cut++) {
        write_text(whole, cut, "w");
        journal = open_journal();
        CHECK_NUMBER(state_of(journal, 1), cut >= ends[1]   ? MF_JOURNAL_SUBMITTED
                                           : cut >= ends[0] ? MF_JOURNAL_SENDING
                                                            : -1);
        CHECK_NUMBER(state_of(journal, 2), cut >= ends[2] ? MF_JOURNAL_SENDING : -1);
        const int has_ended =
            cut >= ends[0] && !isnan(mf_journal_find(journal, 1, PROJECT)->run_ended);
        CHECK_NUMBER(has_ended, cut == ends[3]);
        append(journal, 3, OTHER_RUN, MF_JOURNAL_UNKNOWN);
        CHECK_NUMBER(state_of(journal, 3), MF_JOURNAL_UNKNOWN);
        mf_journal_close(journal);
        journal = open_journal();
        CHECK_NUMBER(state_of(journal, 3), MF_JOURNAL_UNKNOWN);
        /* A line that lacks nothing but its end does not turn up later. */
        CHECK_NUMBER(state_of(journal, 1), cut >= ends[1]   ? MF_JOURNAL_SUBMITTED
                                           : cut >= ends[0] ? MF_JOURNAL_SENDING
                                                            : -1);
        CHECK(cut < ends[0] ||
              !isnan(mf_journal_find(journal, 1, PROJECT)->run_ended) == (cut == ends[3]));
        mf_journal_close(journal);
    }
    free(whole);
}

#define MEMBERS "\"project\":\"" PROJECT "\",\"marker\":\"" MARKER "\""

static void test_foreign_lines(void)
{
    static const char *const lines[] = {
        "",
        "\r",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        "SQLite format 3",
        "\xEF\xBB\xBF",
        "{\"run\":\"" RUN "\"}",
        "{\"run\":\"" RUN "\",\"state\":\"sending\"}",
        "{\"run\":\"" RUN "\",\"job\":\"\",\"state\":\"sending\"," MEMBERS "}",
        "{\"run\":\"" RUN "\",\"job\":\"xyz\",\"state\":\"sending\"," MEMBERS "}",
        "{\"run\":\"" RUN "\",\"job\":1,\"state\":\"sending\"," MEMBERS "}",
        "{\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"settled\"," MEMBERS "}",
        "{\"run\":\"\",\"job\":\"1\",\"state\":\"sending\"," MEMBERS "}",
        "{\"run\":\"" RUN "0\",\"job\":\"1\",\"state\":\"sending\"," MEMBERS "}",
        "{\"job\":\"1\",\"state\":\"sending\"," MEMBERS "}",
        "{\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"sending\",\"project\":\"" PROJECT "0\"}",
        /* Without a marker nothing can be searched for, and without an id nothing is submitted. */
        "{\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"sending\",\"project\":\"" PROJECT "\"}",
        "{\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"submitted\"," MEMBERS "}",
        "{\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"submitted\",\"id\":\"" ID "0\"," MEMBERS
        "}",
        "{\"run\":\"0123456789abcdef-99999999\",\"state\":\"run "
        "ended\",\"time\":\"2026-11-27T12:00:00Z\"}",
    };
    struct mf_journal *journal = open_journal();
    append(journal, 2, RUN, MF_JOURNAL_SENDING);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        add_text(lines[i]);
        add_text("\n");
        CHECK_NUMBER(mf_journal_read(journal, &err), 0);
        if (!CHECK_NUMBER(state_of(journal, 1), -1))
            fprintf(stderr, "    %s\n", lines[i]);
    }
    write_text("\0\0\0\0\0\0\0\0", 8, "a"); /* as file systems leave it when the power fails */
    append(journal, 3, RUN, MF_JOURNAL_UNKNOWN);
    mf_journal_close(journal);
    journal = open_journal();
    CHECK_NUMBER(state_of(journal, 1), -1);
    CHECK_NUMBER(state_of(journal, 2), MF_JOURNAL_SENDING);
    CHECK_NUMBER(state_of(journal, 3), MF_JOURNAL_UNKNOWN);
    /* Members that nobody knows yet, and a line that ends as on Windows, are fine. */
    add_text("{\"version\":9,\"run\":\"" RUN "\",\"job\":\"1\",\"state\":\"refused\"," MEMBERS
             "}\r\n");
    CHECK_NUMBER(mf_journal_read(journal, &err), 0);
    CHECK_NUMBER(state_of(journal, 1), MF_JOURNAL_REFUSED);
    /* An end whose time cannot be read ends nothing. */
    add_text("{\"run\":\"" RUN "\",\"state\":\"run ended\",\"time\":\"soon\"}\n");
    CHECK_NUMBER(mf_journal_read(journal, &err), 0);
    CHECK(isnan(mf_journal_find(journal, 2, PROJECT)->run_ended));
    mf_journal_close(journal);
}

/* ---- places --------------------------------------------------------------------------------- */

static int known_by(const char *server, const char *account)
{
    struct mf_journal *const journal = open_as(server, account);
    CHECK_NUMBER(mf_journal_read(journal, &err), 0);
    const int is_known = mf_journal_find(journal, 1, PROJECT) != NULL;
    mf_journal_close(journal);
    return is_known;
}

static void count_entry(void *ctx, const struct mf_journal_entry *entry)
{
    char *const seen = ctx;
    snprintf(seen + strlen(seen), 200 - strlen(seen), "%s%s", entry->name,
             entry->state == MF_JOURNAL_SUBMITTED ? "! " : " ");
}

static void test_servers_and_accounts(void)
{
    struct mf_journal *journal = open_journal();
    struct stat info;
    append(journal, 1, RUN, MF_JOURNAL_SENDING);
    CHECK(stat(journal_path(), &info) == 0 && (info.st_mode & 0777) == 0600);
    mf_journal_close(journal);
    CHECK_NUMBER(known_by(SERVER, ACCOUNT), 1);
    CHECK_NUMBER(known_by("HTTPS://API.example.com:443/rest", ACCOUNT), 1);
    CHECK_NUMBER(known_by("https://api.example.com:8443/rest", ACCOUNT), 0);
    CHECK_NUMBER(known_by("https://api2.example.com/rest", ACCOUNT), 0);
    CHECK_NUMBER(known_by("http://api.example.com/rest", ACCOUNT), 0);
    CHECK_NUMBER(known_by(SERVER, "you@example.com"), 0);
    /* All of a server, whatever the account, the last line of each. */
    char seen[200] = "";
    journal = open_as(SERVER, "you@example.com");
    struct mf_journal_entry entry = entry_of(1, OTHER_RUN, MF_JOURNAL_SUBMITTED);
    entry.name = (char *)"fields";
    CHECK_NUMBER(mf_journal_lock(journal, &err), 0);
    CHECK_NUMBER(mf_journal_append(journal, &entry, NOON, &err), 0);
    mf_journal_unlock(journal);
    mf_journal_close(journal);
    CHECK_NUMBER(mf_journal_each(directory, SERVER, count_entry, seen, &err), 0);
    CHECK_HOLDS(seen, "docks ");
    CHECK_HOLDS(seen, "fields! ");
    CHECK_NUMBER(strlen(seen), 14);
    seen[0] = '\0';
    CHECK_NUMBER(mf_journal_each(directory, "https://other.example.com", count_entry, seen, &err),
                 0);
    CHECK_NUMBER(mf_journal_each("/nowhere/at/all", SERVER, count_entry, seen, &err), 0);
    CHECK_TEXT(seen, "");
}

static void test_no_folder(void)
{
    struct mf_journal *journal = NULL;
    char *const below_a_file = mf_str_format("%s/file/state", directory);
    char *const file = mf_str_format("%s/file", directory);
    fclose(fopen(file, "w"));
    mf_error_init(&err);
    CHECK(mf_journal_open(&journal, below_a_file, SERVER, ACCOUNT, &err) != 0);
    CHECK(journal == NULL);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_HOLDS(err.message, "cannot be written");
    CHECK_HOLDS(err.message, "MAPFLOW_STATE_DIR");
    CHECK_HOLDS(err.message, "JOURNAL=NO");
    /* A symbolic link in its place is not followed: it may lead to any file of the user. */
    journal = open_journal();
    mf_journal_close(journal);
    char *const path = strdup(journal_path());
    unlink(path);
    CHECK_NUMBER(symlink(file, path), 0);
    CHECK(mf_journal_open(&journal, directory, SERVER, ACCOUNT, &err) != 0);
    unlink(path);
    /* The user's own folder. */
    setenv("XDG_STATE_HOME", directory, 1);
    CHECK_NUMBER(mf_journal_open(&journal, NULL, SERVER, ACCOUNT, &err), 0);
    mf_journal_close(journal);
    char *const own = mf_str_format("%s/gdal-mapflow", directory);
    struct stat info;
    CHECK(stat(own, &info) == 0 && (info.st_mode & 0777) == 0700);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", directory, 1);
    CHECK_NUMBER(mf_journal_open(&journal, "", SERVER, ACCOUNT, &err), 0);
    mf_journal_close(journal);
    char *const below_home = mf_str_format("%s/.local/state/gdal-mapflow", directory);
    CHECK(stat(below_home, &info) == 0);
    char *const command = mf_str_format("rm -r %s %s/.local", own, directory);
    CHECK_NUMBER(system(command), 0);
    mf_journal_close(NULL);
    free(below_a_file);
    free(file);
    free(path);
    free(own);
    free(below_home);
    free(command);
}

/* ---- locks ---------------------------------------------------------------------------------- */

/* Does `work` in a process of its own, and returns how it ended. */
static int in_child(void (*work)(void))
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        work();
        _exit(check_failures);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

static void append_many(void)
{
    for (int i = 0; i < 50; i++) {
        struct mf_journal *const journal = open_journal();
        append(journal, (uint64_t)getpid() * 1000 + (uint64_t)i, RUN, MF_JOURNAL_SENDING);
        mf_journal_close(journal);
    }
}

static void start_and_die(void)
{
    struct mf_journal *const journal = open_journal();
    struct mf_lock lock = {-1};
    CHECK_NUMBER(mf_journal_try_run(journal, &lock, RUN), 1);
    CHECK_NUMBER(mf_journal_lock(journal, &err), 0);
    raise(SIGKILL);
}

static void test_locks(void)
{
    struct mf_journal *const one = open_journal(), *const two = open_journal();
    struct mf_lock lock = {-1}, again = {-1};
    CHECK_NUMBER(mf_journal_is_running(one, RUN), 0);
    CHECK_NUMBER(mf_journal_try_run(one, &lock, RUN), 1);
    /* Runs of the same jobs exclude each other, and each knows whose the lock is. */
    CHECK_NUMBER(mf_journal_try_run(two, &again, RUN), 0);
    CHECK_NUMBER(mf_journal_try_run(two, &again, OTHER_RUN), 0);
    CHECK_NUMBER(mf_journal_is_running(one, RUN), 1);
    CHECK_NUMBER(mf_journal_is_running(two, RUN), 1);
    CHECK_NUMBER(mf_journal_is_running(two, OTHER_RUN), 0);
    CHECK_NUMBER(mf_journal_try_run(two, &again, "fedcba9876543210-00000001"), 1);
    mf_journal_release_run(two, &again, "fedcba9876543210-00000001");
    mf_journal_release_run(one, &lock, RUN);
    mf_journal_release_run(one, &lock, RUN);
    CHECK_NUMBER(mf_journal_is_running(two, RUN), 0);
    CHECK_NUMBER(mf_journal_try_run(two, &again, OTHER_RUN), 1);
    CHECK_NUMBER(mf_journal_is_running(one, RUN), 0);
    CHECK_NUMBER(mf_journal_is_running(one, OTHER_RUN), 1);
    mf_journal_release_run(two, &again, OTHER_RUN);
    (void)journal_path();
    CHECK_NUMBER(files, 1); /* no lock is left */
    /* A process that is killed holds nothing. */
    const int status = in_child(start_and_die);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK_NUMBER(mf_journal_lock(one, &err), 0);
    mf_journal_unlock(one);
    mf_journal_unlock(one);
    CHECK_NUMBER(mf_journal_is_running(one, RUN), 0);
    CHECK_NUMBER(mf_journal_try_run(one, &lock, RUN), 1);
    mf_journal_release_run(one, &lock, RUN);
    mf_journal_close(one);
    mf_journal_close(two);
}

/* Lines of several processes do not mix, and none is lost. */
static void test_many_writers(void)
{
    enum { PROCESSES = 4 };
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            check_failures = 0;
            append_many();
            _exit(check_failures);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        CHECK(waitpid(children[i], &status, 0) == children[i]);
        CHECK_NUMBER(status, 0);
    }
    struct mf_journal *const journal = open_journal();
    for (int i = 0; i < PROCESSES; i++)
        for (int j = 0; j < 50; j++)
            CHECK_NUMBER(state_of(journal, (uint64_t)children[i] * 1000 + (uint64_t)j),
                         MF_JOURNAL_SENDING);
    mf_journal_close(journal);
}

int main(void)
{
    static void (*const tests[])(void) = {
        test_a_job,     test_several_runs,  test_reading_on,
        test_cut,       test_foreign_lines, test_servers_and_accounts,
        test_no_folder, test_locks,         test_many_writers};
    /* In memory where there is such a folder: each line waits for the disk. */
    snprintf(directory, sizeof directory, "%s/mapflow-journal-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(directory) == NULL)
        return 1;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i]();
        each_file(remove_file);
    }
    CHECK_NUMBER(rmdir(directory), 0);
    return check_result();
}
