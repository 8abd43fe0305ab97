/* SPDX-License-Identifier: MIT */
/* journal: records each request on disk before it is sent, and then its outcome.
 *
 * One file of JSON lines for each server and account, only ever appended to. A line gives the
 * state of one job in one run, or ends a run. The journal, and no output file, decides whether a
 * repeated command sends again. A line that a crash truncated is skipped.
 *
 * A run that ended is closed. The jobs of a run that did not end stay open: a later run adopts
 * them.
 *
 * Thread-safety: a journal belongs to one thread at a time; any number of processes may have the
 * file open. Locks exclude other processes, and end with their process. */
#ifndef MF_JOURNAL_H
#define MF_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/uuid.h"

MF_C_BEGIN

enum mf_journal_state {
    MF_JOURNAL_SENDING, /* about to be sent, or being sent when its process ended; for uploads: last
                           bytes not sent */
    MF_JOURNAL_SUBMITTED, /* id is known */
    MF_JOURNAL_REFUSED,   /* the server has refused it: it does not exist */
    MF_JOURNAL_UNKNOWN    /* sent, but the response was lost */
};

/* "sending" and so on. */
const char *mf_journal_state_name(enum mf_journal_state state);

/* "<digest of the run's jobs>-<random>": runs of the same jobs share the first part. */
#define MF_RUN_ID_SIZE 26
#define MF_RUN_JOBS_SIZE 17 /* of the first part, with its NUL */

/* The last state of a job in one run. */
struct mf_journal_entry {
    uint64_t digest; /* of the job, see submission.h */
    char run[MF_RUN_ID_SIZE];
    char project_id[MF_UUID_SIZE]; /* for uploads: the mosaic */
    char marker[MF_UUID_SIZE];
    char id[MF_UUID_SIZE]; /* of the processing or image, "" unknown */
    enum mf_journal_state state;
    double sent;      /* s since 1970, UTC: just before sending */
    double run_ended; /* likewise, the end of its run; NaN while that is open */
    double cost;      /* credits, NaN unknown */
    char *name;
    char *before; /* for uploads: ids of the images that were there before, comma-separated; NULL:
                     none */
};

/* Jobs of an unfinished run are adopted for this long. */
#define MF_OPEN_JOBS_EXPIRE (30 * 86400.0) /* s */

/* Whether a command adopts the entry: it was not refused, is not too old, and its run has not ended
 * or ended after the command `started`. `started` and `now`: s since 1970, UTC. */
bool mf_journal_entry_is_open(const struct mf_journal_entry *entry, double started, double now);

struct mf_journal;

/* Opens the journal of an account, and creates the folder. `directory` NULL: gdal-mapflow in the
 * user's state folder. Only the origin of the URL `server` matters. `account` is any string that
 * identifies the account. Fails with MF_ERR_FILE if the folder is not writable; the message names
 * MAPFLOW_STATE_DIR. */
int mf_journal_open(struct mf_journal **out, const char *directory, const char *server,
                    const char *account, struct mf_error *err) MF_NODISCARD;
/* The same for the account's uploads, which have their own file. Their entries need no marker, and
 * may be SUBMITTED without an id. */
int mf_journal_open_uploads(struct mf_journal **out, const char *directory, const char *server,
                            const char *account, struct mf_error *err) MF_NODISCARD;
void mf_journal_close(struct mf_journal *journal); /* NULL-safe, unlocks */

/* Calls `each` with the submissions of all accounts of a server, oldest first within each account.
 * A missing folder has none. */
int mf_journal_each(const char *directory, const char *server,
                    void (*each)(void *ctx, const struct mf_journal_entry *entry), void *ctx,
                    struct mf_error *err) MF_NODISCARD;

/* Reads the lines added since the last call. */
int mf_journal_read(struct mf_journal *journal, struct mf_error *err) MF_NODISCARD;

/* Number of bytes read so far. */
size_t mf_journal_size(const struct mf_journal *journal);

/* The newest entry of a job in a project, NULL if there is none. Valid until the next read or
 * append. */
const struct mf_journal_entry *mf_journal_find(const struct mf_journal *journal, uint64_t digest,
                                               const char *project_id);

/* Whether a job other than this one has that id. */
bool mf_journal_is_of_other(const struct mf_journal *journal, uint64_t digest, const char *id);

/* Locks the journal and reads it, so that lookups stay valid until unlock. Other processes hold the
 * lock for milliseconds: waits for at most a minute, and cannot be interrupted. */
int mf_journal_lock(struct mf_journal *journal, struct mf_error *err) MF_NODISCARD;
void mf_journal_unlock(struct mf_journal *journal);

/* Appends a line, and returns when it is on the disk. `now`: s since 1970, UTC. The journal must be
 * locked. */
int mf_journal_append(struct mf_journal *journal, const struct mf_journal_entry *entry, double now,
                      struct mf_error *err) MF_NODISCARD;
int mf_journal_end_run(struct mf_journal *journal, const char *run, double now,
                       struct mf_error *err) MF_NODISCARD;

/* Tries to take the lock that a run holds while it sends. Runs of the same jobs share it: it is
 * named after the first part of their ids. Returns like mf_lock_try. */
int mf_journal_try_run(struct mf_journal *journal, struct mf_lock *lock, const char *run);
/* Releases the lock and removes its file. */
void mf_journal_release_run(struct mf_journal *journal, struct mf_lock *lock, const char *run);
/* Whether a process holds, or may hold, the lock for this very run. */
int mf_journal_is_running(struct mf_journal *journal, const char *run);

MF_C_END
#endif
