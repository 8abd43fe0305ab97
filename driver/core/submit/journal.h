/* SPDX-License-Identifier: MIT */
/* journal: what was sent and what came of it, on the disk before it is sent.
 *
 * One file for each server and account, of JSON lines, only ever appended to. A line gives the
 * state of one job in one run, or ends a run. It, and no output file, decides whether a repeated
 * command sends again. A line that a crash cut is passed over.
 *
 * A run that ended is history. The jobs of a run that did not end stay open: a later run takes them
 * over.
 *
 * Thread-safety: a journal belongs to one thread at a time; any number of processes may have the
 * file open. Locks are held across processes and end with them. */
#ifndef MF_JOURNAL_H
#define MF_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/uuid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mf_journal_state {
    MF_JOURNAL_SENDING,   /* is about to be sent, or was being sent when its process ended; an
                             upload is not at its end yet */
    MF_JOURNAL_SUBMITTED, /* id is known */
    MF_JOURNAL_REFUSED,   /* the server has refused it: it does not exist */
    MF_JOURNAL_UNKNOWN    /* was sent, and the answer was lost */
};

/* "sending" and so on. */
const char *mf_journal_state_name(enum mf_journal_state state);

/* "<digest of the run's jobs>-<random>": runs of the same jobs begin alike. */
#define MF_RUN_ID_SIZE 26
#define MF_RUN_JOBS_SIZE 17 /* of the first part, with its NUL */

/* The last state of a job in one run. */
struct mf_journal_entry {
    uint64_t digest; /* of the job, see submission.h */
    char run[MF_RUN_ID_SIZE];
    char project_id[MF_UUID_SIZE]; /* of an upload: the mosaic */
    char marker[MF_UUID_SIZE];
    char id[MF_UUID_SIZE]; /* of the processing or image, "" unknown */
    enum mf_journal_state state;
    double sent;      /* s since 1970, UTC: when it was announced */
    double run_ended; /* the same of its run's end, NaN while that is open */
    double cost;      /* credits, NaN unknown */
    char *name;
    char *before; /* of an upload: the ids of the images that were there before, with a comma
                     between them; NULL: none were */
};

/* How long what a run that did not end has sent is taken over. */
#define MF_OPEN_JOBS_EXPIRE (30 * 86400.0) /* s */

/* Whether a command takes the entry over: it was not refused, is not too old, and its run has not
 * ended, or has ended since the command `started`. `now`, as that: s since 1970, UTC. */
bool mf_journal_entry_is_open(const struct mf_journal_entry *entry, double started, double now);

struct mf_journal;

/* Opens the journal of an account, and creates the folder. `directory` NULL: gdal-mapflow in the
 * user's state folder. `server` is a URL, of which the origin counts; `account` is any text that
 * tells accounts apart. A folder that cannot be written to is MF_ERR_FILE; the message names
 * MAPFLOW_STATE_DIR. */
int mf_journal_open(struct mf_journal **out, const char *directory, const char *server,
                    const char *account, struct mf_error *err) MF_NODISCARD;
/* The same for the account's uploads, which have a file of their own. Their entries need no marker,
 * and may be SUBMITTED without an id. */
int mf_journal_open_uploads(struct mf_journal **out, const char *directory, const char *server,
                            const char *account, struct mf_error *err) MF_NODISCARD;
void mf_journal_close(struct mf_journal *journal); /* NULL-safe, unlocks */

/* Calls `each` with the entries of submissions of all accounts of a server, the oldest first, for
 * whoever shows them. A folder that is missing has none. */
int mf_journal_each(const char *directory, const char *server,
                    void (*each)(void *ctx, const struct mf_journal_entry *entry), void *ctx,
                    struct mf_error *err) MF_NODISCARD;

/* Reads what was added since the last call. */
int mf_journal_read(struct mf_journal *journal, struct mf_error *err) MF_NODISCARD;

/* Bytes that were read. */
size_t mf_journal_size(const struct mf_journal *journal);

/* The entry of a job that the last line about it gave, NULL when there is none. Valid until the
 * next read or append. */
const struct mf_journal_entry *mf_journal_find(const struct mf_journal *journal, uint64_t digest,
                                               const char *project_id);

/* Whether another job than this one has that id. */
bool mf_journal_is_of_other(const struct mf_journal *journal, uint64_t digest, const char *id);

/* Holds the journal, and reads it, so that what is found stays true until unlock. Others hold it
 * for milliseconds: waits for at most a minute, and is not interrupted. */
int mf_journal_lock(struct mf_journal *journal, struct mf_error *err) MF_NODISCARD;
void mf_journal_unlock(struct mf_journal *journal);

/* Appends a line, and returns when it is on the disk. `now`: s since 1970, UTC. The journal must be
 * locked. */
int mf_journal_append(struct mf_journal *journal, const struct mf_journal_entry *entry, double now,
                      struct mf_error *err) MF_NODISCARD;
int mf_journal_end_run(struct mf_journal *journal, const char *run, double now,
                       struct mf_error *err) MF_NODISCARD;

/* The lock that a run holds while it sends. Runs of the same jobs share it, by the first part of
 * their ids. Returns as mf_lock_try. */
int mf_journal_try_run(struct mf_journal *journal, struct mf_lock *lock, const char *run);
/* Gives it back, and removes its file. */
void mf_journal_release_run(struct mf_journal *journal, struct mf_lock *lock, const char *run);
/* Whether a process holds the lock for this very run, or may be about to. */
int mf_journal_is_running(struct mf_journal *journal, const char *run);

#ifdef __cplusplus
}
#endif
#endif
