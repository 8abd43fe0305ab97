/* The cache of results: waiting for another process, folders that are not used, eviction. */
#include "store/result.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "script.h"

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"

static const struct script_step good = {
    .status = 200, .body = "{\"type\":\"FeatureCollection\",\"features\":[]}"};

static char folder[] = "/tmp/mapflow-test-XXXXXX";

/* A process that holds the lock of the entry, on the clock of the script. */
struct holder {
    struct script script;
    struct mf_lock lock;
    double writes_until; /* s: when it has written its last piece */
    double ends_at;      /* s: when it gives the lock back */
};

static char lock_path[300];

static void find_lock(void *ctx, const char *name)
{
    (void)ctx;
    if (strstr(name, ".lock") != NULL)
        snprintf(lock_path, sizeof lock_path, "%s/%s", folder, name);
}

static double holder_now(void *ctx)
{
    return ((struct holder *)ctx)->script.now;
}

static void holder_sleep(void *ctx, double seconds)
{
    struct holder *const holder = ctx;
    holder->script.now += seconds;
    const double now = holder->script.now;
    if (now <= holder->writes_until) {
        const struct timespec time = {(time_t)now, (long)((now - (double)(time_t)now) * 1e9)};
        const struct timespec times[2] = {time, time};
        utimensat(AT_FDCWD, lock_path, times, 0);
    }
    if (now >= holder->ends_at)
        mf_lock_release(&holder->lock);
}

/* What all tests ask for. */
static struct mf_result_request request_of(struct mf_client *client, const char *fingerprint,
                                           enum mf_cache_mode mode)
{
    return (struct mf_result_request){.client = client,
                                      .base_url = "https://api.example.com/rest",
                                      .id = ID,
                                      .fingerprint = fingerprint,
                                      .processing = "{}",
                                      .mode = mode,
                                      .cache_directory = folder};
}

/* Opens the result, of another state each time, while the holder has the lock. */
static int acquire(struct holder *holder, enum mf_cache_mode mode, struct mf_error *err)
{
    static int state;
    char fingerprint[20];
    snprintf(fingerprint, sizeof fingerprint, "state %d", state++);
    const struct mf_clock clock = {holder, holder_now, holder_now, holder_sleep};
    struct mf_client *client = NULL;
    const struct mf_result *result = NULL;
    struct mf_client_options options = script_options(&holder->script, "a@b.c:secret");
    options.clock = &clock;
    mf_error_init(err);
    CHECK_NUMBER(mf_client_open(&client, &options, NULL), 0);
    struct mf_result_request request = request_of(client, fingerprint, mode);
    request.temporary_directory = folder;
    request.cancel = options.cancel;
    request.warn = options.warn;
    request.log_ctx = options.log_ctx;
    const int failed = mf_result_acquire(&result, &request, err);
    if (!failed)
        CHECK_NUMBER(result->collection.feature_count, 0);
    mf_result_release(result);
    mf_client_close(client);
    return failed;
}

static void start(struct holder *holder, double writes_until, double ends_at)
{
    memset(holder, 0, sizeof *holder);
    script_start(&holder->script, &good, 1);
    holder->writes_until = writes_until;
    holder->ends_at = ends_at;
    holder->lock.fd = -1;
    if (lock_path[0] != '\0')
        CHECK_NUMBER(mf_lock_try(&holder->lock, lock_path), 1);
}

static void check_warnings(const struct script *script, const char *wanted)
{
    const size_t size = strlen(wanted);
    CHECK(strncmp(script->warnings, wanted, size) == 0);
    CHECK(size == 0 ? script->warnings[0] == '\0' : strchr(script->warnings, '\n')[1] == '\0');
}

static void test_waiting(void)
{
    static const struct {
        double writes_until, ends_at, waited;
    } cases[] = {
        {0, 1, 1},        /* ends soon: no warning */
        {200, 200, 200},  /* takes long, and goes on all the time */
        {100, 1e9, 160},  /* is stopped after 100 s */
        {0, 1e9, 60},     /* is stopped from the start */
    };
    static struct holder holder;
    struct mf_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        start(&holder, cases[i].writes_until, cases[i].ends_at);
        CHECK_NUMBER(acquire(&holder, i % 2 ? MF_CACHE_YES : MF_CACHE_REFRESH, &err), 0);
        CHECK(holder.script.now >= cases[i].waited && holder.script.now < cases[i].waited + 0.2);
        CHECK_NUMBER(holder.script.next, 1);
        check_warnings(&holder.script, cases[i].waited < 2 ? "" : "Another process is downloading");
        mf_lock_release(&holder.lock);
    }
}

static void test_cancelled(void)
{
    static struct holder holder;
    struct mf_error err;
    start(&holder, 1e9, 1e9);
    holder.script.cancel_at = 30;
    CHECK_NUMBER(acquire(&holder, MF_CACHE_YES, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_CANCELLED);
    CHECK(holder.script.now < 30.2);
    CHECK_NUMBER(holder.script.next, 0);
    mf_lock_release(&holder.lock);
}

static void count_file(void *ctx, const char *name)
{
    (void)name;
    ++*(int *)ctx;
}

/* The result is read all the same, and leaves nothing. */
static void test_folder_of_others(void)
{
    static struct holder holder;
    struct mf_error err;
    int before = 0, after = 0;
    mf_folder_list(folder, count_file, &before);
    chmod(folder, 0777);
    start(&holder, 0, 0);
    CHECK_NUMBER(acquire(&holder, MF_CACHE_YES, &err), 0);
    check_warnings(&holder.script, "The result is not cached: the folder ");
    mf_folder_list(folder, count_file, &after);
    CHECK_NUMBER(after, before);
    mf_lock_release(&holder.lock);
    chmod(folder, 0700);
}

/* ---- a document whose identity has changed, as after a restart of the machine ---------------- */

/* How often progress was told, and from which time on the user has had enough. */
struct watch {
    int told, stop_after;
    uint64_t done, total;
};

static void take_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct watch *const watch = ctx;
    CHECK(done > watch->done && done <= total);
    watch->done = done;
    watch->total = total;
    ++watch->told;
}

static int has_had_enough(void *ctx)
{
    const struct watch *const watch = ctx;
    return watch->stop_after > 0 && watch->told >= watch->stop_after;
}

static void touch_document(void *ctx, const char *name)
{
    char path[300];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (strstr(name, ".geojson") != NULL)
        CHECK_NUMBER(utimensat(AT_FDCWD, path, NULL, 0), 0);
}

/* A look at this clock takes a second. */
static double ticking_now(void *ctx)
{
    return ++((struct script *)ctx)->now;
}

static int check_stored(struct watch *watch, struct script *script, enum mf_cache_mode mode,
                        struct mf_error *err)
{
    struct mf_client *client = NULL;
    const struct mf_result *result = NULL;
    struct mf_client_options options = script_options(script, "a@b.c:secret");
    struct mf_clock clock = *options.clock;
    clock.monotonic = ticking_now;
    options.clock = &clock;
    mf_error_init(err);
    CHECK_NUMBER(mf_client_open(&client, &options, NULL), 0);
    struct mf_result_request request = request_of(client, "checked", mode);
    request.cancel = (struct mf_cancel){watch, has_had_enough};
    request.progress = take_progress;
    request.progress_ctx = watch;
    const int failed = mf_result_acquire(&result, &request, err);
    mf_result_release(result);
    mf_client_close(client);
    return failed;
}

static void test_check(void)
{
    enum { SIZE = 30 << 20 };
    static const char begin[] = "{\"type\":\"FeatureCollection\",\"features\":[";
    char *const document = malloc(SIZE + 1);
    const struct script_step step = {.status = 200, .body = document};
    struct script script;
    struct mf_error err;
    memset(document, ' ', SIZE);
    memcpy(document, begin, sizeof begin - 1);
    strcpy(document + SIZE - 2, "]}");
    script_start(&script, &step, 1);
    struct watch watch = {0};
    CHECK_NUMBER(check_stored(&watch, &script, MF_CACHE_YES, &err), 0);
    CHECK_NUMBER(watch.told, 0);
    for (int i = 0; i < 4; ++i) {
        const enum mf_cache_mode mode = i % 2 ? MF_CACHE_OFFLINE : MF_CACHE_YES;
        mf_folder_list(folder, touch_document, NULL);
        watch = (struct watch){.stop_after = i < 2 ? 2 : 0};
        script_start(&script, NULL, 0);
        CHECK_NUMBER(check_stored(&watch, &script, mode, &err), i < 2 ? -1 : 0);
        CHECK_NUMBER(err.kind, i < 2 ? MF_ERR_CANCELLED : MF_OK);
        CHECK_NUMBER(watch.told, i < 2 ? 2 : 8); /* pieces of 4 MB */
        CHECK_NUMBER(watch.total, SIZE);
        CHECK_NUMBER(script.next, 0);
    }
    free(document);
}

/* ---- eviction -------------------------------------------------------------------------------- */

enum { ENTRIES = 200, SIZE = 1000 };

static int exists(const char *name)
{
    struct mf_file_identity identity;
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return mf_path_identity(path, &identity) == 0;
}

static void make_file(const char *name, off_t size, time_t used)
{
    char path[300];
    const struct timespec times[2] = {{used, 0}, {used, 0}};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    fclose(fopen(path, "w"));
    CHECK_NUMBER(truncate(path, size), 0);
    utimensat(AT_FDCWD, path, times, 0);
}

static const char *name_of(int i, const char *ending)
{
    static char name[200];
    snprintf(name, sizeof name, "%08x-0000-4000-8000-000000000000-0123456789abcdef%s", i * 7919,
             ending);
    return name;
}

#define CONTENT ".00000000000000aa.geojson"

/* Results and areas are entries of their own, whose index or file was used last. */
static void test_eviction(void)
{
    const time_t now = time(NULL), old = now - 200000;
    for (int i = 0; i < ENTRIES; ++i) {
        make_file(name_of(i, ".index"), 0, now - 2 * i);
        make_file(name_of(i, ".lock"), 0, old);
        make_file(name_of(i, CONTENT), SIZE, old);
        make_file(name_of(i, ".areas"), SIZE, now - 2 * (ENTRIES - i) + 1);
    }
    make_file(name_of(ENTRIES, CONTENT), SIZE, old); /* of no entry */
    make_file(name_of(ENTRIES, ".part.young"), 0, now);
    make_file(name_of(0, ".part.old"), SIZE, old);
    make_file("notes.index", 0, old);
    mf_cache_evict(folder, ENTRIES * SIZE, ENTRIES * SIZE);
    for (int i = 0; i < ENTRIES; ++i) {
        const int result_stays = i < ENTRIES / 2, areas_stay = i >= ENTRIES / 2;
        CHECK_NUMBER(exists(name_of(i, ".index")), result_stays);
        CHECK_NUMBER(exists(name_of(i, ".lock")), result_stays);
        CHECK_NUMBER(exists(name_of(i, CONTENT)), result_stays);
        CHECK_NUMBER(exists(name_of(i, ".areas")), areas_stay);
    }
    CHECK(!exists(name_of(ENTRIES, CONTENT)) && !exists(name_of(0, ".part.old")));
    CHECK(exists(name_of(ENTRIES, ".part.young")) && exists("notes.index"));
}

/* What test_eviction has left: half of the results, half of the areas, an index among the contents
 * that is a user's own, and what is being downloaded. */
static void test_clearing(void)
{
    struct mf_cache_usage usage;
    struct mf_error err;
    CHECK_NUMBER(mf_cache_measure(folder, &usage, &err), 0);
    CHECK(usage.results == ENTRIES / 2 && usage.areas == ENTRIES / 2);
    CHECK_NUMBER((long)usage.bytes, ENTRIES * SIZE);
    make_file(name_of(ENTRIES, ".part.young"), SIZE, time(NULL));
    CHECK_NUMBER(mf_cache_clear(folder, &usage, &err), 0);
    CHECK(usage.results == ENTRIES / 2 && usage.areas == ENTRIES / 2);
    CHECK_NUMBER((long)usage.bytes, ENTRIES * SIZE);
    for (int i = 0; i < ENTRIES; ++i)
        CHECK(!exists(name_of(i, ".index")) && !exists(name_of(i, ".lock")) &&
              !exists(name_of(i, CONTENT)) && !exists(name_of(i, ".areas")));
    CHECK(exists(name_of(ENTRIES, ".part.young")) && exists("notes.index"));
    CHECK_NUMBER(mf_cache_clear("/nonexistent/cache", &usage, &err), 0);
    CHECK(usage.results == 0 && usage.bytes == 0);
}

static void remove_file(void *ctx, const char *name)
{
    char path[300];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

int main(void)
{
    static struct holder nobody;
    struct mf_error err;
    CHECK(mkdtemp(folder) != NULL);
    start(&nobody, 0, 0);
    CHECK_NUMBER(acquire(&nobody, MF_CACHE_YES, &err), 0);
    mf_folder_list(folder, find_lock, NULL);
    CHECK(lock_path[0] != '\0');
    test_waiting();
    test_cancelled();
    test_folder_of_others();
    test_check();
    mf_folder_list(folder, remove_file, NULL);
    test_eviction();
    test_clearing();
    mf_folder_list(folder, remove_file, NULL);
    CHECK_NUMBER(rmdir(folder), 0);
    return check_result();
}
