#include "check.h"
#include "base/interrupt.h"
#include "script.h"
#include "api/wait.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define DOCUMENT(members) "{\"id\":\"" ID "\",\"name\":\"docks\"," members "}"
#define RUNNING                                                                                    \
    {                                                                                              \
        .status = 200, .body = DOCUMENT("\"status\":\"IN_PROGRESS\",\"percentCompleted\":40")      \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct mf_error err;
static struct script script;
static int told, told_to_stop; /* calls of progress, and the one that stops; 0: none */
static char last_status[32];

static int progress(void *ctx, const struct mf_processing *processing, double seconds)
{
    (void)ctx;
    CHECK(seconds >= 0);
    told++;
    snprintf(last_status, sizeof last_status, "%s", processing->status);
    return told == told_to_stop;
}

/* Waits from the state of the first step on. Returns 0 or the kind of the error. */
static int wait_for(const struct script_step *steps, size_t count, double timeout, double interval,
                    double cancel_at)
{
    struct mf_client *client = NULL;
    struct mf_processing processing;
    script_start(&script, steps, count);
    struct mf_client_options options = script_options(&script, TOKEN);
    options.max_retry = 0;
    mf_error_init(&err);
    told = 0;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    CHECK_NUMBER(mf_processing_get(&processing, client, ID, &err), 0);
    script.cancel_at = cancel_at;
    const struct mf_wait_options wanted = {
        .timeout = timeout, .interval = interval, .progress = progress};
    const int failed = mf_wait(&processing, client, &wanted, &err);
    CHECK(processing.id != NULL);
    snprintf(last_status, sizeof last_status, "%s", processing.status);
    mf_processing_free(&processing);
    mf_client_close(client);
    return failed ? (int)err.kind : 0;
}

static void test_times(void)
{
    const struct script_step steps[] = {
        RUNNING, RUNNING, RUNNING, RUNNING,
        RUNNING, RUNNING, RUNNING, {.status = 200, .body = DOCUMENT("\"status\":\"OK\"")}};
    CHECK_NUMBER(wait_for(steps, COUNT(steps), 3600, 30, 0), 0);
    /* 5 + 7.5 + 11.25 + 16.9 + 25.3 + 30 + 30 */
    CHECK(script.slept > 125.8 && script.slept < 126.1);
    CHECK_NUMBER(told, 8);
    CHECK_TEXT(last_status, "OK");
    CHECK_NUMBER(wait_for(steps, COUNT(steps), 3600, 0.2, 0), 0);
    CHECK(script.slept > 1.39 && script.slept < 1.41);
    CHECK_NUMBER(wait_for(steps, COUNT(steps), 20, 30, 0), MF_ERR_NOT_READY);
    CHECK(script.slept > 19.9 && script.slept < 20.1);
    CHECK_NUMBER(script.next, 4); /* the last look when the time is over */
    CHECK_HOLDS(err.message, "within 20 s");
    CHECK_HOLDS(err.message, "IN_PROGRESS, 40 %");
    CHECK_HOLDS(err.message, "WAIT_TIMEOUT");
    const struct script_step done[] = {{.status = 200, .body = DOCUMENT("\"status\":\"FAILED\"")}};
    CHECK_NUMBER(wait_for(done, 1, 0, 30, 0), 0);
    CHECK_NUMBER(told, 0);
}

static void test_rules(void)
{
    const struct script_step steps[] = {
        {.status = 200, .body = DOCUMENT("\"status\":null")},
        {.status = 200, .body = DOCUMENT("\"status\":\"PONDERING\",\"percentCompleted\":100")},
        {.status = 200, .body = DOCUMENT("\"status\":\"AWAITING\"")},
        {.status = 200, .body = DOCUMENT("\"status\":\"OK\",\"reviewStatus\":\"NOT_ACCEPTED\"")},
        {.status = 200, .body = DOCUMENT("\"status\":\"OK\",\"reviewStatus\":\"IN_REVIEW\"")}};
    CHECK_NUMBER(wait_for(steps, COUNT(steps), 3600, 30, 0), 0);
    CHECK_NUMBER(script.next, 5);
    CHECK_NUMBER(wait_for(steps, 4, 1, 30, 0), MF_ERR_NOT_READY);
    const struct script_step rework[] = {steps[3], steps[3]};
    CHECK_NUMBER(wait_for(rework, 2, 1, 30, 0), MF_ERR_NOT_READY);
    CHECK_HOLDS(err.message, "NOT_ACCEPTED");
}

static void test_failures(void)
{
    const struct script_step passing[] = {
        RUNNING,
        {.status = 503},
        {.kind = MF_ERR_NETWORK},
        {.status = 429},
        {.status = 200, .body = DOCUMENT("\"status\":\"CANCELLED\"")}};
    CHECK_NUMBER(wait_for(passing, COUNT(passing), 3600, 30, 0), 0);
    CHECK_TEXT(last_status, "CANCELLED");
    const struct script_step lasting[] = {RUNNING,         {.status = 503}, {.status = 502},
                                          {.status = 500}, {.status = 503}, RUNNING};
    CHECK_NUMBER(wait_for(lasting, COUNT(lasting), 3600, 30, 0), MF_ERR_SERVER);
    CHECK_NUMBER(script.next, 5);
    CHECK_TEXT(last_status, "IN_PROGRESS");
    const struct script_step gone[] = {RUNNING, {.status = 404}};
    CHECK_NUMBER(wait_for(gone, COUNT(gone), 3600, 30, 0), MF_ERR_NOT_FOUND);
    const struct script_step cancelled[] = {RUNNING, RUNNING};
    CHECK_NUMBER(wait_for(cancelled, COUNT(cancelled), 3600, 30, 2), MF_ERR_CANCELLED);
    CHECK(script.now >= 2 && script.now < 2.1);
}

static void test_progress_stops(void)
{
    const struct script_step steps[] = {
        RUNNING, RUNNING, {.status = 200, .body = DOCUMENT("\"status\":\"OK\"")}};
    for (told_to_stop = 1; told_to_stop <= 2; ++told_to_stop) {
        CHECK_NUMBER(wait_for(steps, COUNT(steps), 3600, 30, 0), MF_ERR_CANCELLED);
        CHECK_NUMBER(told, told_to_stop);
        CHECK_HOLDS(err.message, "goes on");
    }
    /* It has ended by then: there is nothing to stop. */
    CHECK_NUMBER(wait_for(steps, COUNT(steps), 3600, 30, 0), 0);
    CHECK_NUMBER(told, 3);
    told_to_stop = 0;
}

/* ---- interrupts ---------------------------------------------------------------------------- */

static volatile sig_atomic_t chained;

static void on_signal(int number)
{
    (void)number;
    chained = 1;
}

static void test_interrupt_chains(void)
{
    struct sigaction own, found;
    memset(&own, 0, sizeof own);
    sigemptyset(&own.sa_mask);
    own.sa_handler = on_signal;
    sigaction(SIGINT, &own, NULL);
    mf_interrupt_begin();
    mf_interrupt_begin();
    CHECK_NUMBER(mf_interrupt_requested(), 0);
    raise(SIGINT);
    CHECK_NUMBER(mf_interrupt_requested(), 1);
    CHECK_NUMBER(chained, 1);
    mf_interrupt_end();
    CHECK_NUMBER(mf_interrupt_requested(), 1);
    mf_interrupt_end();
    CHECK_NUMBER(mf_interrupt_requested(), 0);
    sigaction(SIGINT, NULL, &found);
    CHECK(found.sa_handler == on_signal);
    /* Who ignores the signal goes on ignoring it. */
    own.sa_handler = SIG_IGN;
    sigaction(SIGINT, &own, NULL);
    mf_interrupt_begin();
    raise(SIGINT);
    CHECK_NUMBER(mf_interrupt_requested(), 0);
    mf_interrupt_end();
}

/* A process that is interrupted at its work: it must end by the signal. */
static void check_child_ends(void)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        mf_interrupt_begin();
        raise(SIGINT);
        if (mf_interrupt_requested())
            mf_interrupt_end();
        _exit(3);
    }
    CHECK_NUMBER(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

/* Without a handler of its own the program ends by the signal, after the work was wound up. */
static void test_interrupt_ends(void)
{
    signal(SIGINT, SIG_DFL);
    check_child_ends();
}

/* What another thread of its parent was at is no work of a process that is forked off. */
static void test_interrupt_in_a_fork(void)
{
    struct sigaction found;
    mf_interrupt_begin();
    check_child_ends();
    CHECK_NUMBER(mf_interrupt_requested(), 0);
    mf_interrupt_end();
    sigaction(SIGINT, NULL, &found);
    CHECK(found.sa_handler == SIG_DFL);
}

int main(void)
{
    test_times();
    test_rules();
    test_failures();
    test_progress_stops();
    test_interrupt_chains();
    test_interrupt_ends();
    test_interrupt_in_a_fork();
    return check_result();
}
