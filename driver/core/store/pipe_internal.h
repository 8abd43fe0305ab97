/* pipe: bytes that one thread has and another one works on.
 *
 * A download is received and stored by one thread and scanned by a second: both take as long. The
 * bytes are gathered in a few buffers that go round, so that they are worked on in large pieces,
 * memory does not grow with what is sent, and the giver waits for a taker that is slower.
 *
 * Thread-safety: a relay belongs to the thread that gives. */
#ifndef MF_PIPE_INTERNAL_H
#define MF_PIPE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Takes the next bytes. After a failure nobody is called any more until the relay is reset. */
typedef int mf_pipe_consumer(void *ctx, const char *data, size_t size, struct mf_error *err);

/* Each piece goes to `here` in the thread that gives, then to `there` in the relay's own; the first
 * ones, up to MF_PIPE_INLINE bytes, to both in the thread that gives: a small document is not worth
 * a thread. So do all of them where the system gives no thread. */
struct mf_pipe_work {
    mf_pipe_consumer *here;
    mf_pipe_consumer *there;
    void *ctx; /* borrowed */
};

#define MF_PIPE_PIECE ((size_t)256 * 1024) /* bytes; all pieces but the last have this size */
#define MF_PIPE_INLINE (4 * MF_PIPE_PIECE)

struct mf_pipe;

int mf_pipe_open(struct mf_pipe **out, const struct mf_pipe_work *work,
                 struct mf_error *err) MF_NODISCARD;
void mf_pipe_close(struct mf_pipe *relay); /* NULL-safe; drops what was not taken */

/* Hands bytes over. Fails with the error of the taker that has failed, on these bytes or on earlier
 * ones. */
int mf_pipe_write(struct mf_pipe *relay, const char *data, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* Waits until all is taken; from then on, until more is given, what the takers made is the
 * caller's. Fails like mf_pipe_write. */
int mf_pipe_drain(struct mf_pipe *relay, struct mf_error *err) MF_NODISCARD;

/* Drops what was not taken, and the error; waits until the taker is at rest. */
void mf_pipe_reset(struct mf_pipe *relay);

#endif
