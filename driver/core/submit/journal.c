/* SPDX-License-Identifier: MIT */
#include "submit/journal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "http/url.h"

#define FILE_ENDING ".jsonl"
#define LOCK_ENDING ".lock"

static const double lock_timeout = 60;    /* s */
static const double lock_interval = 0.01; /* s, at first; doubled up to 0.2 s */

/* In the order of enum mf_journal_state. */
static const char *const state_names[] = {"sending", "submitted", "refused", "unknown"};
static const char *const ended_name = "run ended";

/* Follows a truncated line and keeps it unreadable, even if only its end was missing. An entry that
 * was absent when a run began must not turn up during the run. */
static const char *const cut_line_end = "#\n";

/* The kind of requests that a journal records. */
struct kind {
    const char *prefix; /* of its file names */
    const char *name;   /* value of a line's member `kind`; "": no member */
    const char *needs;  /* error if it cannot be opened */
};

static const struct kind submissions = {"submissions", "",
                                        "the journal of submissions cannot be written, and without "
                                        "it a repeated command may pay twice"};
static const struct kind uploads = {"uploads", "upload",
                                    "the journal of uploads cannot be written, and without it a "
                                    "repeated command may upload twice"};

struct mf_journal {
    const struct kind *kind;
    char *directory;
    char *stem; /* of its file names: server and account */
    char *path;
    struct mf_file file;
    struct mf_lock lock;
    size_t read;           /* bytes */
    int ends_in_mid_line;  /* the last byte is no line end: a process was killed while writing */
    struct entry *entries; /* in the order of their first lines */
    size_t count, capacity;
    struct place *places; /* a hash table of `room` slots */
    size_t room, used;
};

struct entry {
    struct mf_journal_entry known;
    size_t next; /* next entry of the same run, index + 1; 0: none */
};

/* Slot for the newest entry of a key: of a job in a project, of a job in a run, or of a run. */
struct place {
    uint64_t key;
    size_t entry; /* index + 1; 0: the slot is free */
};

const char *mf_journal_state_name(enum mf_journal_state state)
{
    return state_names[state];
}

bool mf_journal_entry_is_open(const struct mf_journal_entry *entry, double started, double now)
{
    static const double rounding = 1e-6; /* s, of times in the journal */
    return entry->state != MF_JOURNAL_REFUSED && !(entry->run_ended < started - rounding) &&
           !(now - entry->sent > MF_OPEN_JOBS_EXPIRE);
}

/* ---- paths ----------------------------------------------------------------------------------- */

static char *copy_directory(const char *directory)
{
    return mf_str_nonblank(directory) != NULL ? mf_str_copy(directory) : mf_user_state_dir();
}

/* Prefix of the names of a server's journals: "submissions-<checksum of its origin>-". */
static void server_prefix(const struct kind *kind, const char *server, char prefix[40])
{
    struct mf_url url = {.origin = ""};
    (void)!mf_url_parse(&url, server, NULL);
    snprintf(prefix, 40, "%s-%016" PRIx64 "-", kind->prefix,
             mf_checksum_of(url.origin, strlen(url.origin)));
}

static char *path_of(const struct mf_journal *journal, const char *rest)
{
    return mf_str_format("%s/%s%s", journal->directory, journal->stem, rest);
}

/* ---- lifetime -------------------------------------------------------------------------------- */

static int set_paths(struct mf_journal *journal, const char *directory, const char *server,
                     const char *account, struct mf_error *err)
{
    char prefix[40];
    server_prefix(journal->kind, server, prefix);
    journal->directory = copy_directory(directory);
    if (journal->directory == NULL)
        return mf_error_set(err, MF_ERR_FILE, "there is no home folder");
    journal->stem =
        mf_str_format("%s%016" PRIx64, prefix, mf_checksum_of(account, strlen(account)));
    journal->path = journal->stem != NULL ? path_of(journal, FILE_ENDING) : NULL;
    return journal->path != NULL ? 0 : mf_out_of_memory(err);
}

static int open_journal(struct mf_journal **out, const struct kind *kind, const char *directory,
                        const char *server, const char *account, struct mf_error *err)
{
    struct mf_journal *const journal = calloc(1, sizeof *journal);
    *out = NULL;
    if (journal == NULL)
        return mf_out_of_memory(err);
    journal->kind = kind;
    journal->file.fd = -1;
    journal->lock.fd = -1;
    if (set_paths(journal, directory, server, account, err) != 0 ||
        mf_folder_create(journal->directory, err) != 0 ||
        mf_file_open_append(&journal->file, journal->path, err) != 0 ||
        mf_folder_sync(journal->directory, err) != 0) {
        mf_journal_close(journal);
        return mf_error_prefix(
            err, "%s (set MAPFLOW_STATE_DIR to a folder that can be written to, or JOURNAL=NO)",
            kind->needs);
    }
    *out = journal;
    return 0;
}

int mf_journal_open(struct mf_journal **out, const char *directory, const char *server,
                    const char *account, struct mf_error *err)
{
    return open_journal(out, &submissions, directory, server, account, err);
}

int mf_journal_open_uploads(struct mf_journal **out, const char *directory, const char *server,
                            const char *account, struct mf_error *err)
{
    return open_journal(out, &uploads, directory, server, account, err);
}

static void free_texts(struct mf_journal_entry *entry)
{
    free(entry->name);
    free(entry->before);
}

static void free_entries(struct mf_journal *journal)
{
    for (size_t i = 0; i < journal->count; i++)
        free_texts(&journal->entries[i].known);
    free(journal->entries);
    free(journal->places);
}

void mf_journal_close(struct mf_journal *journal)
{
    if (journal == NULL)
        return;
    mf_journal_unlock(journal);
    mf_file_close(&journal->file);
    free_entries(journal);
    free(journal->directory);
    free(journal->stem);
    free(journal->path);
    free(journal);
}

/* ---- reading -------------------------------------------------------------------------------- */

static uint64_t key_of(uint64_t digest, const char *of)
{
    return mf_checksum_of(of, strlen(of)) ^ (digest * 0x9E3779B97F4A7C15U);
}

/* Finds the slot of a key, or the free slot where it belongs. A free slot must exist. */
static struct place *find_place(struct place *places, size_t room, uint64_t key)
{
    size_t at = (size_t)(key % room);
    while (places[at].entry != 0 && places[at].key != key)
        at = (at + 1) % room;
    return &places[at];
}

/* Keeps two thirds of the slots free. */
static int make_places(struct mf_journal *journal)
{
    if (journal->used * 3 < journal->room)
        return 0;
    const size_t room = journal->room * 2 + 256;
    struct place *const larger = calloc(room, sizeof *larger);
    if (larger == NULL)
        return -1;
    for (size_t i = 0; i < journal->room; i++)
        if (journal->places[i].entry != 0)
            *find_place(larger, room, journal->places[i].key) = journal->places[i];
    free(journal->places);
    journal->places = larger;
    journal->room = room;
    return 0;
}

static struct entry *find(const struct mf_journal *journal, uint64_t key)
{
    const size_t at =
        journal->room > 0 ? find_place(journal->places, journal->room, key)->entry : 0;
    return at > 0 ? &journal->entries[at - 1] : NULL;
}

static int set_newest(struct mf_journal *journal, uint64_t key, size_t entry)
{
    if (make_places(journal) != 0)
        return -1;
    struct place *const place = find_place(journal->places, journal->room, key);
    journal->used += place->entry == 0;
    *place = (struct place){key, entry + 1};
    return 0;
}

const struct mf_journal_entry *mf_journal_find(const struct mf_journal *journal, uint64_t digest,
                                               const char *project_id)
{
    const struct entry *const entry = find(journal, key_of(digest, project_id));
    return entry != NULL ? &entry->known : NULL;
}

bool mf_journal_is_of_other(const struct mf_journal *journal, uint64_t digest, const char *id)
{
    for (size_t i = 0; i < journal->count; i++) {
        const struct mf_journal_entry *const entry = &journal->entries[i].known;
        if (entry->digest != digest && strcmp(entry->id, id) == 0)
            return true;
    }
    return false;
}

static void end_run(struct mf_journal *journal, const char *run, double time)
{
    struct entry *entry = find(journal, key_of(0, run));
    while (entry != NULL) {
        entry->known.run_ended = time;
        entry = entry->next > 0 ? &journal->entries[entry->next - 1] : NULL;
    }
}

static int add_entry(struct mf_journal *journal, const struct mf_journal_entry *known)
{
    if (journal->count == journal->capacity) {
        const size_t capacity = journal->capacity * 2 + 64;
        struct entry *const grown = realloc(journal->entries, capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        journal->entries = grown;
        journal->capacity = capacity;
    }
    const size_t at = journal->count;
    const struct entry *const before = find(journal, key_of(0, known->run));
    const size_t next = before != NULL ? (size_t)(before - journal->entries) + 1 : 0;
    if (set_newest(journal, key_of(0, known->run), at) != 0 ||
        set_newest(journal, key_of(known->digest, known->run), at) != 0 ||
        set_newest(journal, key_of(known->digest, known->project_id), at) != 0)
        return -1;
    journal->entries[at] = (struct entry){*known, next};
    journal->count++;
    return 0;
}

/* Replaces the previous entry of the job in that run. Takes ownership of the strings. The newest
 * entry of a job is that of its last line. */
static int apply(struct mf_journal *journal, const struct mf_journal_entry *known)
{
    struct entry *const former = find(journal, key_of(known->digest, known->run));
    if (former == NULL)
        return add_entry(journal, known);
    if (set_newest(journal, key_of(known->digest, known->project_id),
                   (size_t)(former - journal->entries)) != 0)
        return -1;
    free_texts(&former->known);
    former->known = *known;
    return 0;
}

/* Copies a string member, "" if it is missing. Returns whether it fits. */
static int take(const cJSON *line, const char *name, char *out, size_t size)
{
    const char *const text = mf_json_string(line, name, "");
    snprintf(out, size, "%s", text);
    return strlen(text) < size;
}

static int read_state(const char *name, enum mf_journal_state *state)
{
    for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *state = (enum mf_journal_state)i;
            return 0;
        }
    }
    return -1;
}

/* Skips what is not a line of a journal, as left by a crash. Returns -1 when out of memory. */
static int read_line(struct mf_journal *journal, const cJSON *line)
{
    struct mf_journal_entry entry = {.run_ended = NAN};
    const char *const state = mf_json_string(line, "state", "");
    if (!take(line, "run", entry.run, sizeof entry.run) || entry.run[0] == '\0')
        return 0;
    if (strcmp(state, ended_name) == 0) {
        end_run(journal, entry.run, mf_time_parse(mf_json_string(line, "time", NULL)));
        return 0;
    }
    const char *const job = mf_json_string(line, "job", "");
    char *end = NULL;
    entry.digest = strtoull(job, &end, 16);
    if (job[0] == '\0' || *end != '\0' || read_state(state, &entry.state) != 0 ||
        !take(line, "project", entry.project_id, sizeof entry.project_id) ||
        !take(line, "marker", entry.marker, sizeof entry.marker) ||
        !take(line, "id", entry.id, sizeof entry.id) ||
        (mf_json_string(line, "kind", NULL) == NULL &&
         (entry.state == MF_JOURNAL_SUBMITTED ? entry.id : entry.marker)[0] == '\0'))
        return 0;
    entry.sent = mf_time_parse(mf_json_string(line, "sent", NULL));
    entry.cost = mf_json_number(line, "cost", NAN);
    int failed = 0;
    entry.name = mf_json_take_or_empty(line, "name", &failed);
    entry.before = mf_json_take(line, "before", &failed);
    if (!failed && apply(journal, &entry) == 0)
        return 0;
    free_texts(&entry);
    return -1;
}

/* Reads the complete lines. */
static int read_lines(struct mf_journal *journal, const char *text, size_t size,
                      struct mf_error *err)
{
    const char *end;
    while ((end = memchr(text, '\n', size)) != NULL) {
        const size_t length = (size_t)(end - text);
        cJSON *line = NULL;
        const int failed = mf_json_parse(text, length, "a line", &line, NULL) == 0 &&
                           read_line(journal, line) != 0;
        cJSON_Delete(line);
        if (failed)
            return mf_out_of_memory(err);
        text += length + 1;
        size -= length + 1;
    }
    return 0;
}

int mf_journal_read(struct mf_journal *journal, struct mf_error *err)
{
    struct mf_map map;
    if (mf_map_file(&map, &journal->file, err) != 0)
        return -1;
    /* A line that is being written is read once it is complete. A truncated line is ended by the
     * next append, and skipped. */
    size_t end = map.size;
    while (end > journal->read && map.data[end - 1] != '\n')
        end--;
    journal->ends_in_mid_line = end < map.size;
    const int failed = end > journal->read &&
                       read_lines(journal, map.data + journal->read, end - journal->read, err);
    journal->read = end;
    mf_map_release(&map);
    return failed ? -1 : 0;
}

size_t mf_journal_size(const struct mf_journal *journal)
{
    return journal->read;
}

/* ---- journals of a server -------------------------------------------------------------------- */

struct listing {
    const char *directory;
    char prefix[40];
    void (*each)(void *ctx, const struct mf_journal_entry *entry);
    void *ctx;
    struct mf_error err;
};

static void list_file(void *ctx, const char *name)
{
    struct listing *const listing = ctx;
    const size_t size = strlen(name), ending = strlen(FILE_ENDING);
    if (strncmp(name, listing->prefix, strlen(listing->prefix)) != 0 || size < ending ||
        strcmp(name + size - ending, FILE_ENDING) != 0 || listing->err.kind != MF_OK)
        return;
    struct mf_journal journal = {.kind = &submissions, .lock = {-1}};
    struct mf_map map = {0};
    journal.path = mf_str_format("%s/%s", listing->directory, name);
    if (journal.path == NULL)
        mf_out_of_memory(&listing->err);
    else if (mf_map_path(&map, journal.path, &listing->err) == 0 &&
             read_lines(&journal, map.data, map.size, &listing->err) == 0)
        for (size_t i = 0; i < journal.count; i++)
            listing->each(listing->ctx, &journal.entries[i].known);
    mf_map_release(&map);
    free_entries(&journal);
    free(journal.path);
}

int mf_journal_each(const char *directory, const char *server,
                    void (*each)(void *ctx, const struct mf_journal_entry *entry), void *ctx,
                    struct mf_error *err)
{
    char *const folder = copy_directory(directory);
    struct listing listing = {.directory = folder, .each = each, .ctx = ctx};
    mf_error_init(&listing.err);
    server_prefix(&submissions, server, listing.prefix);
    if (folder != NULL)
        mf_folder_list(folder, list_file, &listing);
    free(folder);
    if (listing.err.kind != MF_OK && err != NULL)
        *err = listing.err;
    return listing.err.kind != MF_OK ? -1 : 0;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Writes the line in one piece, so that lines of several processes do not mix. */
static int append_text(struct mf_journal *journal, const char *text, struct mf_error *err)
{
    char *const line = mf_str_format("%s%s\n", journal->ends_in_mid_line ? cut_line_end : "", text);
    if (line == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_file_write(&journal->file, line, strlen(line), err) != 0 ||
                       mf_file_sync(&journal->file, err) != 0;
    free(line);
    return failed ? mf_error_prefix(err, "the journal of %s (MAPFLOW_STATE_DIR)",
                                    journal->kind->prefix)
                  : mf_journal_read(journal, err);
}

/* Takes ownership of the line. NULL, or an incomplete line, means out of memory. */
static int append_line(struct mf_journal *journal, cJSON *line, int is_complete,
                       struct mf_error *err)
{
    char *const text = is_complete ? cJSON_PrintUnformatted(line) : NULL;
    cJSON_Delete(line);
    if (text == NULL)
        return mf_out_of_memory(err);
    const int failed = append_text(journal, text, err);
    cJSON_free(text);
    return failed;
}

static int add_text(cJSON *line, const char *name, const char *text)
{
    return text[0] == '\0' || cJSON_AddStringToObject(line, name, text) != NULL;
}

static int add_time(cJSON *line, const char *name, double time)
{
    char text[MF_TIME_SIZE];
    mf_time_format(time, text);
    return cJSON_AddStringToObject(line, name, text) != NULL;
}

int mf_journal_append(struct mf_journal *journal, const struct mf_journal_entry *entry, double now,
                      struct mf_error *err)
{
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, entry->digest);
    cJSON *const line = cJSON_CreateObject();
    const int is_complete =
        add_time(line, "time", now) && add_text(line, "kind", journal->kind->name) &&
        add_text(line, "run", entry->run) && add_text(line, "job", digest) &&
        add_text(line, "state", state_names[entry->state]) && add_text(line, "name", entry->name) &&
        add_text(line, "project", entry->project_id) && add_text(line, "marker", entry->marker) &&
        add_time(line, "sent", entry->sent) && add_text(line, "id", entry->id) &&
        add_text(line, "before", entry->before != NULL ? entry->before : "") &&
        (isnan(entry->cost) || cJSON_AddNumberToObject(line, "cost", entry->cost) != NULL);
    return append_line(journal, line, is_complete, err);
}

int mf_journal_end_run(struct mf_journal *journal, const char *run, double now,
                       struct mf_error *err)
{
    cJSON *const line = cJSON_CreateObject();
    const int is_complete = add_time(line, "time", now) && add_text(line, "run", run) &&
                            add_text(line, "state", ended_name);
    return append_line(journal, line, is_complete, err);
}

/* ---- locks ---------------------------------------------------------------------------------- */

static int no_locks(const struct mf_journal *journal, struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_FILE,
                        "files in %s cannot be locked: set MAPFLOW_STATE_DIR to a folder on a "
                        "local disk",
                        journal->directory);
}

int mf_journal_lock(struct mf_journal *journal, struct mf_error *err)
{
    const double deadline = mf_clock_monotonic() + lock_timeout;
    for (double delay = lock_interval;; delay = fmin(2 * delay, 0.2)) {
        const int held = mf_lock_try(&journal->lock, journal->path);
        if (held > 0)
            return mf_journal_read(journal, err);
        if (held < 0)
            return no_locks(journal, err);
        if (mf_clock_monotonic() > deadline)
            return mf_error_set(err, MF_ERR_FILE,
                                "another process has held the journal %s for more than %.0f s",
                                journal->path, lock_timeout);
        mf_sleep(delay);
    }
}

void mf_journal_unlock(struct mf_journal *journal)
{
    mf_lock_release(&journal->lock);
}

static char *run_path(const struct mf_journal *journal, const char *run)
{
    return mf_str_format("%s/%s-%.*s" LOCK_ENDING, journal->directory, journal->stem,
                         MF_RUN_JOBS_SIZE - 1, run);
}

int mf_journal_try_run(struct mf_journal *journal, struct mf_lock *lock, const char *run)
{
    char *const path = run_path(journal, run);
    const int held = path != NULL ? mf_lock_try(lock, path) : -1;
    /* If the disk is full, the journal itself will report it. */
    if (held > 0)
        (void)mf_lock_note(lock, run);
    free(path);
    return held;
}

int mf_journal_is_running(struct mf_journal *journal, const char *run)
{
    struct mf_lock lock = {-1};
    char *const path = run_path(journal, run);
    char *holder = NULL;
    int is_running = path == NULL || mf_lock_try(&lock, path) <= 0;
    /* The lock may be held by another run of the same jobs. A holder that has not noted its id yet
     * may be this run. */
    if (is_running && path != NULL &&
        mf_read_small_file(path, MF_RUN_ID_SIZE, &holder, NULL, NULL) == 0)
        is_running = holder[0] == '\0' || strcmp(holder, run) == 0;
    mf_journal_release_run(journal, &lock, run);
    free(holder);
    free(path);
    return is_running;
}

void mf_journal_release_run(struct mf_journal *journal, struct mf_lock *lock, const char *run)
{
    char *const path = lock->fd >= 0 ? run_path(journal, run) : NULL;
    if (path != NULL)
        mf_path_remove(path);
    free(path);
    mf_lock_release(lock);
}
