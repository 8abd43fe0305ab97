/* platform: the only file with calls to the operating system.
 *
 * Thread-safety: all functions may be called from any thread; a struct belongs to its caller. */
#ifndef MF_PLATFORM_H
#define MF_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- clock, sleep, random ------------------------------------------------------------------ */

/* Seconds on a clock that never goes back. */
double mf_clock_monotonic(void);

/* Seconds since 1970-01-01T00:00:00Z. */
double mf_clock_utc(void);

/* Sleeps. Returns early when a signal arrives. */
void mf_sleep(double seconds);

/* The clock as a value, so that tests can put their own in its place. The functions get `ctx`. */
struct mf_clock {
    void *ctx;
    double (*monotonic)(void *ctx);
    double (*utc)(void *ctx);
    void (*sleep)(void *ctx, double seconds);
};

/* The system's clock. */
extern const struct mf_clock mf_system_clock;

/* Fills `out` with unpredictable bytes from the operating system. */
int mf_random_bytes(void *out, size_t size, struct mf_error *err) MF_NODISCARD;

/* A uniform number in [0, 1), good for jitter and nothing else. */
double mf_random_unit(void);

/* ---- files --------------------------------------------------------------------------------- */

/* A file that is written once, front to back, and has no other reader until it is mapped. */
struct mf_file {
    int fd; /* -1 when closed */
    char *path;
};

/* Creates a new file with mode 0600 in `directory`, which must exist; the name starts with
 * `prefix`. The file is unlinked at mf_file_discard. */
int mf_file_create_temporary(struct mf_file *file, const char *directory, const char *prefix,
                             struct mf_error *err) MF_NODISCARD;

/* Writes all of `size` bytes or fails; a full disk is reported in words. */
int mf_file_write(struct mf_file *file, const void *data, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* Sets the length back to 0 and the position to the start. */
int mf_file_truncate(struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* Closes and unlinks. NULL-safe, and safe on a closed file. */
void mf_file_discard(struct mf_file *file);

/* Read-only view of a whole file. data is never NULL after success, also when size is 0. */
struct mf_map {
    const char *data;
    size_t size;
    void *base; /* what was mapped; NULL for an empty file */
};

int mf_map_file(struct mf_map *map, const struct mf_file *file, struct mf_error *err) MF_NODISCARD;
void mf_map_release(struct mf_map *map);

/* Reads a whole small file into a new NUL-terminated buffer (the caller frees), at most
 * `max_size` bytes. `*is_private` (may be NULL) tells whether nobody but its owner can read it. */
int mf_read_small_file(const char *path, size_t max_size, char **text, int *is_private,
                       struct mf_error *err) MF_NODISCARD;

/* Maps the file at `path`. MF_ERR_FILE when it cannot be opened. */
int mf_map_path(struct mf_map *map, const char *path, struct mf_error *err) MF_NODISCARD;

/* Gives the file its final name, over any file of that name, in one step. It stays open. */
int mf_file_install(struct mf_file *file, const char *path, struct mf_error *err) MF_NODISCARD;

/* Closes the file and leaves it where it is. NULL-safe, and safe on a closed file. */
void mf_file_close(struct mf_file *file);

/* Waits until what was written is on the disk. */
int mf_file_sync(struct mf_file *file, struct mf_error *err) MF_NODISCARD;

/* What tells one state of a file from another without reading it: any write changes it. */
struct mf_file_identity {
    uint64_t size; /* bytes */
    uint64_t inode;
    int64_t changed; /* ns since 1970: the last change of content or attributes */
    int64_t used;    /* ns since 1970: set by mf_path_touch */
};

/* Returns 0, or -1 when there is no such file. */
int mf_path_identity(const char *path, struct mf_file_identity *identity);

/* Marks a file as used now. */
void mf_path_touch(const char *path);

/* Removes a file; that it is not there is fine. */
void mf_path_remove(const char *path);

/* Creates a folder and those above it, for its owner alone. That it exists is fine. */
int mf_folder_create(const char *path, struct mf_error *err) MF_NODISCARD;

/* Calls `each` with the name of each file in a folder; a folder that is not there has none. */
void mf_folder_list(const char *path, void (*each)(void *ctx, const char *name), void *ctx);

/* The folder for temporary files: TMPDIR, else /tmp. */
const char *mf_temporary_directory(void);

/* The user's folder for cached data: XDG_CACHE_HOME, else .cache in HOME, or in what the system
 * knows as the user's home. NULL when there is none; else the caller frees it. */
char *mf_user_cache_directory(void);

/* A text that changes when the computer starts anew, "" when it cannot be known. */
#define MF_BOOT_ID_SIZE 40
void mf_boot_id(char id[MF_BOOT_ID_SIZE]);

/* ---- locks between processes ---------------------------------------------------------------- */

/* Held by one process (and one holder in it) at a time; ends with the process, however it ends. */
struct mf_lock {
    int fd; /* -1 when not held */
};

/* Returns 1 when the lock is held now, 0 when somebody else holds it, -1 when locking is not
 * possible here. `path` is a file made for this. */
int mf_lock_try(struct mf_lock *lock, const char *path);
void mf_lock_release(struct mf_lock *lock);

/* ---- threads and locks ---------------------------------------------------------------------- */

struct mf_mutex {
    void *impl;
};

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err) MF_NODISCARD;
void mf_mutex_lock(struct mf_mutex *mutex);
void mf_mutex_unlock(struct mf_mutex *mutex);
void mf_mutex_free(struct mf_mutex *mutex); /* NULL-safe, and safe on a mutex of zeros */

/* Something to wait for, under a mutex. */
struct mf_condition {
    void *impl;
};

int mf_condition_init(struct mf_condition *condition, struct mf_error *err) MF_NODISCARD;
/* Gives the mutex up while waiting. May return without cause: look again. */
void mf_condition_wait(struct mf_condition *condition, struct mf_mutex *mutex);
void mf_condition_wake(struct mf_condition *condition); /* all who wait */
void mf_condition_free(struct mf_condition *condition); /* NULL-safe, and safe on one of zeros */

struct mf_thread {
    void *impl;
};

/* Runs `run(arg)` in a thread of its own, which takes no signals: they are for the host's. */
int mf_thread_start(struct mf_thread *thread, void (*run)(void *arg), void *arg,
                    struct mf_error *err) MF_NODISCARD;
void mf_thread_join(struct mf_thread *thread); /* safe on one that was never started */

/* One lock for the whole process, for what is rare and short: setting up a library once, a small
 * table. Never call out of the core while holding it. Across a fork nobody holds it, so that what
 * it guards is whole in the child. */
void mf_global_lock(void);
void mf_global_unlock(void);

/* ---- forks ---------------------------------------------------------------------------------- */

/* A number that is another one in a process that was forked off. A child has the memory of its
 * parent, and none of its threads; connections and locks it shares with it. Who keeps such a thing
 * keeps this number beside it, and when it has changed lets go of the thing without touching it:
 * the memory is lost. */
unsigned mf_fork_generation(void);

/* ---- terminal ------------------------------------------------------------------------------ */

/* Whether somebody may be reading along what goes to the standard error stream. */
int mf_stderr_is_terminal(void);

/* ---- signals ------------------------------------------------------------------------------- */

/* Keeps SIGPIPE away from the calling thread, and from it alone, between hold and release: some TLS
 * libraries write to closed sockets without MSG_NOSIGNAL. */
struct mf_sigpipe {
    int held;
};

void mf_sigpipe_hold(struct mf_sigpipe *state);
void mf_sigpipe_release(const struct mf_sigpipe *state);

#ifdef __cplusplus
}
#endif
#endif
