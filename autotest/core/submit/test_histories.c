/* Histories: what a person, other people, the network and the machine may do to a submission, at
 * random. Commands are run, fail, are killed at any call and any write, and are repeated; time
 * passes; others submit. Whatever happens there is one processing for each job of a run, and its
 * id is known when a command has succeeded.
 *
 *     test_submit_histories            all histories
 *     test_submit_histories 4711       the one of that seed, and what happens in it */
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "check.h"
#include "command.h"

/* A sanitizer makes each process slow to start. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { HISTORIES = 300 };
#else
enum { HISTORIES = 5000 };
#endif
enum { WORKERS = 2, STEPS = 6, NAMES = 8, AT_ONCE = 4 };

#define MINUTE 60.0
#define DAY 86400.0

static char directory[40];
static struct service *service;
static struct outcome *outcomes; /* of AT_ONCE processes, shared */
static uint64_t seed;
static int is_told; /* one history is told */

/* What must be true: at most `most` processings of that name beyond `before`. */
static struct {
    int before; /* of runs that ended, and of jobs that were left open on purpose */
    int most;   /* times that the job comes in a command since then */
} names[NAMES];

struct counts {
    long histories, commands, killed, failed, ended, found, waited;
};

static struct counts counts;

static void *shared(size_t size)
{
    void *const memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static void tell(const char *format, ...) MF_PRINTF(1, 2);

static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (is_told)
        vfprintf(stderr, format, arguments);
    va_end(arguments);
}

static void broken(const char *what, const char *about)
{
    fprintf(stderr, "history %llu: %s %s\n", (unsigned long long)seed, what, about);
    check_failures++;
}

static int chance(int percent)
{
    return service_random(service, 100) < (uint32_t)percent;
}

static int choose(int limit)
{
    return (int)service_random(service, (uint32_t)limit);
}

/* ---- the end of a process ------------------------------------------------------------------- */

enum end { END_EXIT, END_KILL, END_POWER };

static long events_left = -1; /* until this process ends; -1: it does not */
static enum end end_by;
static long synced;   /* bytes of the journal that are on the disk */
static int synced_fd; /* of the journal */

/* The power fails: what was not waited for may be on the disk, or a part of it, or nothing. */
static void lose_power(void)
{
    struct stat info;
    if (synced_fd <= 0 || fstat(synced_fd, &info) != 0 || info.st_size <= synced)
        return;
    const long more = (long)info.st_size - synced;
    if (ftruncate(synced_fd, synced + choose((int)more + 1)) != 0)
        abort();
}

static void end_now(void)
{
    if (end_by == END_POWER)
        lose_power();
    if (end_by == END_KILL)
        raise(SIGKILL);
    _exit(9);
}

static void event(void)
{
    if (events_left > 0 && --events_left == 0)
        end_now();
}

static void on_call(struct service *s, enum service_call call)
{
    (void)s;
    (void)call;
    event();
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    if (synced_fd != fd)
        synced = lseek(fd, 0, SEEK_END);
    synced_fd = fd;
    event();
    if (events_left == 1) { /* in the middle of it */
        if (__real_write(fd, data, 1 + (size_t)choose((int)size)) > 0)
            event();
    }
    const ssize_t written = __real_write(fd, data, size);
    event();
    return written;
}

int __wrap_fsync(int fd)
{
    event();
    if (fd == synced_fd)
        synced = lseek(fd, 0, SEEK_END);
    return 0; /* the disk is in memory */
}

/* ---- the journal ---------------------------------------------------------------------------- */

static void remove_file(void *ctx, const char *name)
{
    char path[400];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

static void read_file(void *ctx, const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (strstr(name, ".jsonl") != NULL && mf_read_small_file(path, 100000, ctx, NULL, NULL) != 0)
        abort();
}

/* The text of the journal, which the caller frees. */
static char *journal(void)
{
    char *text = NULL;
    mf_folder_list(directory, read_file, &text);
    return text != NULL ? text : calloc(1, 1);
}

/* Runs that have ended, by the journal. */
static int ended_runs(void)
{
    int count = 0;
    char *const text = journal();
    for (const char *at = text; (at = strstr(at, "\"run ended\"}\n")) != NULL; at++)
        count++;
    free(text);
    return count;
}

/* ---- commands ------------------------------------------------------------------------------- */

static void each_job(const struct command *command,
                     void (*use)(const struct outcome *outcome, int layer, int job, int name),
                     const struct outcome *outcome)
{
    for (int i = 0; i < command->layer_count; i++)
        for (int j = 0; j < command->layers[i].count; j++)
            use(outcome, i, j, command->layers[i].jobs[j]);
}

static int times_in(const struct command *command, int name)
{
    int times = 0;
    for (int i = 0; i < command->layer_count; i++)
        for (int j = 0; j < command->layers[i].count; j++)
            times += command->layers[i].jobs[j] == name;
    return times;
}

static int count_of(int name)
{
    return service_count(service, command_job_name(name));
}

/* From now on the jobs of a command may be sent anew: they are those of another run. */
static void begin_anew(int name)
{
    names[name].before = count_of(name);
    names[name].most = 0;
}

static void expect(const struct command *command)
{
    for (int name = 0; name < NAMES; name++) {
        const int times = times_in(command, name);
        if (times > names[name].most)
            names[name].most = times;
    }
}

static void check_counts(void)
{
    for (int name = 0; name < NAMES; name++)
        if (count_of(name) > names[name].before + names[name].most)
            broken("paid twice:", command_job_name(name));
}

static char *known; /* the journal's text, for check_id */

static void check_id(const struct outcome *outcome, int layer, int job, int name)
{
    const char *const id = outcome->ids[layer][job];
    const struct service_item *const item = service_find(service, id);
    if (item == NULL || strcmp(item->name, command_job_name(name)) != 0)
        broken("no processing, or another one:", command_job_name(name));
    else if (strstr(known, id) == NULL)
        broken("an id is not in the journal:", command_job_name(name));
}

static void end_job(const struct outcome *outcome, int layer, int job, int name)
{
    (void)outcome, (void)layer, (void)job;
    begin_anew(name);
}

/* Jobs of one command that are the same have processings of their own. */
static void check_different(const struct command *command, const struct outcome *outcome)
{
    const char *ids[COMMAND_LAYERS * COMMAND_JOBS];
    int count = 0;
    for (int i = 0; i < command->layer_count; i++)
        for (int j = 0; j < command->layers[i].count; j++)
            ids[count++] = outcome->ids[i][j];
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(ids[i], ids[j]) == 0)
                broken("two jobs have one processing:", ids[i]);
}

/* Whatever was created was announced before. */
static void check_markers(void)
{
    for (int i = 0; i < service->count; i++)
        if (service->items[i].marker[0] != '\0' && strstr(known, service->items[i].marker) == NULL)
            broken("not announced:", service->items[i].name);
}

/* `ended`: runs that have ended since. One more than have succeeded was ended by its process, which
 * was killed then, the first. */
static void check_all(const struct command *commands, int count, int ended)
{
    known = journal();
    check_counts();
    check_markers();
    for (int i = 0; i < count; i++) {
        if (outcomes[i].failed || commands[i].dry_run)
            continue;
        each_job(&commands[i], check_id, &outcomes[i]);
        check_different(&commands[i], &outcomes[i]);
        counts.ended++;
        ended--;
    }
    for (int i = 0; i < count; i++)
        if (!commands[i].dry_run && (!outcomes[i].failed || (i == 0 && ended > 0)))
            each_job(&commands[i], end_job, &outcomes[i]);
    free(known);
}

static void tell_command(const struct command *command)
{
    tell("%.0f:", service->now - SERVICE_START);
    for (int i = 0; i < command->layer_count; i++) {
        tell(" [");
        for (int j = 0; j < command->layers[i].count; j++)
            tell(" %d", command->layers[i].jobs[j]);
        tell(" ]%s", command->layers[i].no_resume ? " resume=no" : "");
    }
    tell(command->dry_run ? " dry\n" : "\n");
}

static void tell_outcome(const struct outcome *outcome)
{
    tell("    %s%s\n", outcome->failed ? "failed: " : "good", outcome->message);
    if (outcome->said[0] != '\0')
        tell("    said: %s", outcome->said);
    counts.commands++;
    counts.failed += outcome->failed;
    counts.waited += strstr(outcome->said, "waiting") != NULL;
    counts.found += strstr(outcome->said, "are not sent again") != NULL;
}

/* Runs commands in processes of their own, at once, of which the first may be ended. */
static void run_apart(const struct command *commands, int count, int is_ended)
{
    pid_t children[AT_ONCE];
    const int turn = choose(1000);
    service->is_shared = count > 1;
    for (int i = 0; i < count; i++) {
        memset(&outcomes[i], 0, sizeof outcomes[i]);
        outcomes[i].failed = 1;
        children[i] = fork();
        if (children[i] != 0)
            continue;
        alarm(20);
        if (i == 0 && is_ended) {
            end_by = (enum end)(turn % (count > 1 ? 2 : 3)); /* others go on: the power is there */
            events_left = 1 + turn / 3 % (12 * (1 + commands[i].layers[0].count));
            service_on_call = on_call;
            synced_fd = 0;
        }
        command_run(service, &commands[i], &outcomes[i]);
        _exit(0);
    }
    for (int i = 0; i < count; i++) {
        int status = 0;
        if (waitpid(children[i], &status, 0) != children[i])
            abort();
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
            broken("hangs:", "");
        else if (status != 0 && i == 0 && is_ended)
            counts.killed++;
        else if (status != 0)
            broken("crashed:", "");
        if (status != 0)
            outcomes[i].failed = 1;
    }
    if (count > 1)
        service->now += 200; /* that is how long they may have slept */
    service->is_shared = 0;
}

/* Runs commands at once, and checks what has become of their jobs. */
static void run(struct command *commands, int count, int is_ended)
{
    const double started = service_utc(service);
    const int ended = ended_runs();
    for (int i = 0; i < count; i++) {
        commands[i].started = started;
        tell_command(&commands[i]);
        if (!commands[i].dry_run)
            expect(&commands[i]);
    }
    if (count > 1 || is_ended)
        run_apart(commands, count, is_ended);
    else
        command_run(service, &commands[0], &outcomes[0]);
    for (int i = 0; i < count; i++)
        tell_outcome(&outcomes[i]);
    check_all(commands, count, ended_runs() - ended);
    service->now += 0.01;
}

/* ---- what happens --------------------------------------------------------------------------- */

static struct command a_command(int first)
{
    struct command command = {.directory = directory, .account = "me"};
    command.layer_count = chance(60) ? 1 : 1 + choose(COMMAND_LAYERS);
    for (int i = 0; i < command.layer_count; i++) {
        command.layers[i].count = 1 + choose(3);
        for (int j = 0; j < command.layers[i].count; j++) {
            command.layers[i].jobs[j] = first % NAMES;
            first += !chance(7); /* else the next is the same in everything */
        }
    }
    return command;
}

/* The source was mended: jobs change, go and come. */
static void mend(struct command *command)
{
    const int layer = choose(command->layer_count), count = command->layers[layer].count;
    const int job = choose(count);
    switch (choose(3)) {
    case 0:
        command->layers[layer].jobs[job] = choose(NAMES);
        break;
    case 1:
        if (count > 1)
            command->layers[layer].jobs[job] =
                command->layers[layer].jobs[--command->layers[layer].count];
        break;
    default:
        if (count < COMMAND_JOBS)
            command->layers[layer].jobs[command->layers[layer].count++] = choose(NAMES);
    }
}

static void plan_faults(void)
{
    for (int i = 0; i < SERVICE_PLANS; i++)
        service->plans[i] = SERVICE_GOOD;
    for (int i = 0; i < 6 && chance(60); i++)
        service->plans[(service->create_count + choose(8)) % SERVICE_PLANS] =
            (enum service_fault)choose(SERVICE_FAULTS);
    if (service->create_count > SERVICE_PLANS / 2)
        service->create_count = 0;
    service->broken_lists = chance(20) ? choose(40) : 0;
    service->added_a_page = chance(10) ? choose(4) : 0;
    service->removed_in_256 = chance(10) ? choose(60) : 0;
}

static void heal(void)
{
    for (int i = 0; i < SERVICE_PLANS; i++)
        service->plans[i] = SERVICE_GOOD;
    service->broken_lists = service->added_a_page = service->removed_in_256 = 0;
}

/* Others submit; more than a page, and rarely very many. */
static void add_foreign(void)
{
    static const int counts_of_others[] = {1, 29, 30, 31, 100, 500};
    const int count = counts_of_others[choose(chance(20) ? 6 : 4)];
    if (service->count + count > SERVICE_ITEMS / 2)
        return;
    tell("%d others\n", count);
    for (int i = 0; i < count; i++)
        service_add_foreign(service, service->now + i * 0.001);
    service->now += 1;
}

static void pass_time(void)
{
    const int span = choose(20);
    if (span == 0) { /* what is open expires */
        service->now += 31 * DAY;
        for (int name = 0; name < NAMES; name++)
            begin_anew(name);
    } else
        service->now += span < 8 ? 1 : span < 12 ? choose(900) : 11 * MINUTE;
}

static void run_dry(struct command command)
{
    char *const before = journal();
    const int creates = service->create_count;
    command.dry_run = 1;
    run(&command, 1, 0);
    char *const after = journal();
    if (strcmp(before, after) != 0 || service->create_count != creates)
        broken("a dry run", "has changed something");
    free(before);
    free(after);
}

static void run_without_resuming(struct command command)
{
    for (int i = 0; i < command.layer_count; i++)
        command.layers[i].no_resume = 1;
    for (int name = 0; name < NAMES; name++)
        if (times_in(&command, name) > 0)
            begin_anew(name);
    run(&command, 1, chance(40));
}

static void run_at_once(const struct command *command)
{
    struct command commands[AT_ONCE];
    const int count = 2 + choose(AT_ONCE - 1), are_different = chance(40);
    for (int i = 0; i < count; i++) {
        commands[i] = *command;
        if (are_different && i > 0)
            mend(&commands[i]);
    }
    run(commands, count, chance(40));
}

static void one_step(struct command *command)
{
    const int kind = choose(20);
    plan_faults();
    if (kind < 4)
        add_foreign();
    if (kind < 2)
        run_dry(*command);
    else if (kind < 3)
        run_without_resuming(*command);
    else if (kind < 6)
        run_at_once(command);
    else {
        if (kind < 9)
            mend(command);
        run(command, 1, chance(50));
    }
    pass_time();
}

/* The network is well again, and the person repeats the command until it succeeds. */
static void succeed(struct command *command)
{
    heal();
    for (int tries = 0; tries < 3; tries++) {
        service->now += 11 * MINUTE;
        run(command, 1, 0);
        if (!outcomes[0].failed)
            return;
    }
    broken("does not succeed:", outcomes[0].message);
}

static void one_history(void)
{
    static const int pages[] = {5, 20, 30, 31, 100};
    static const double skews[] = {0, 0, 50, -50, 7 * 3600, -7 * 3600};
    mf_folder_list(directory, remove_file, NULL);
    memset(names, 0, sizeof names);
    service_reset(service, seed);
    service->most = pages[choose(5)];
    service->skew = skews[choose(6)];
    service->is_sorted = !chance(5);
    service->has_pages = !chance(5);
    service->has_prices = chance(20);
    service->totals = chance(85) ? SERVICE_TRUE_TOTALS : (enum service_totals)choose(3);
    for (int others = chance(50) ? choose(40) : 0; others > 0; others--)
        service_add_foreign(service, service->now - others * 3600.0);
    tell("pages of %d, clock %+.0f s, %s, %s, totals %d\n", service->most, service->skew,
         service->is_sorted ? "sorted" : "not sorted", service->has_pages ? "pages" : "one list",
         (int)service->totals);
    struct command command = a_command(choose(NAMES));
    for (int steps = 1 + choose(STEPS); steps > 0; steps--)
        one_step(&command);
    succeed(&command);
    if (chance(20)) { /* a month later */
        service->now += 31 * DAY;
        for (int name = 0; name < NAMES; name++)
            begin_anew(name);
        succeed(&command);
    }
}

static void on_alarm(int number)
{
    (void)number;
    broken("hangs:", "");
    _exit(1);
}

/* Every `step`th history from `first` to `last`. */
static void some_histories(uint64_t first, uint64_t last, uint64_t step)
{
    snprintf(directory, sizeof directory, "%s/mapflow-histories-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(directory) == NULL)
        abort();
    signal(SIGALRM, on_alarm);
    service = service_new();
    outcomes = shared(AT_ONCE * sizeof *outcomes);
    for (seed = first; seed <= last && check_failures < 20; seed += step) {
        alarm(30);
        one_history();
        counts.histories++;
    }
    mf_folder_list(directory, remove_file, NULL);
    CHECK_NUMBER(rmdir(directory), 0);
}

static void add_up(struct counts *all)
{
    all->histories += counts.histories;
    all->commands += counts.commands;
    all->killed += counts.killed;
    all->failed += counts.failed;
    all->ended += counts.ended;
    all->found += counts.found;
    all->waited += counts.waited;
}

/* All histories, by several workers. */
static void all_histories(struct counts *all)
{
    pid_t workers[WORKERS];
    int pipes[2];
    if (pipe(pipes) != 0)
        abort();
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] != 0)
            continue;
        some_histories((uint64_t)i + 1, HISTORIES, WORKERS);
        if (__real_write(pipes[1], &counts, sizeof counts) != (ssize_t)sizeof counts)
            check_failures++;
        _exit(check_failures > 0);
    }
    close(pipes[1]);
    for (int i = 0; i < WORKERS; i++) {
        int status = 1;
        CHECK(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
    }
    while (read(pipes[0], &counts, sizeof counts) == (ssize_t)sizeof counts)
        add_up(all);
    close(pipes[0]);
}

int main(int argc, char **argv)
{
    struct counts all = {0};
    is_told = argc > 1;
    if (is_told) {
        const uint64_t wanted = strtoull(argv[1], NULL, 10);
        some_histories(wanted, wanted, 1);
        add_up(&all);
    } else {
        all_histories(&all);
    }
    printf("%ld histories, %ld commands: %ld ended, %ld failed, %ld of them killed; %ld took over, "
           "%ld waited\n",
           all.histories, all.commands, all.ended, all.failed, all.killed, all.found, all.waited);
    return check_result();
}
