/* platform: the only file with calls to the operating system.
 *
 * Thread-safety: all functions may be called from any thread; a struct belongs to its caller. */
#ifndef MF_PLATFORM_H
#define MF_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

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

/* The folder for temporary files: TMPDIR, else /tmp. */
const char *mf_temporary_directory(void);

/* ---- locks --------------------------------------------------------------------------------- */

struct mf_mutex {
    void *impl;
};

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err) MF_NODISCARD;
void mf_mutex_lock(struct mf_mutex *mutex);
void mf_mutex_unlock(struct mf_mutex *mutex);
void mf_mutex_free(struct mf_mutex *mutex); /* NULL-safe, and safe on a mutex of zeros */

/* One lock for the whole process, for what is rare and short: setting up a library once, a small
 * table. Never call out of the core while holding it. */
void mf_global_lock(void);
void mf_global_unlock(void);

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
