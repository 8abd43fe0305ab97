/* relay: bytes that one thread has and another one works on.
 *
 * A download is received and stored by one thread and scanned by a second: both take as long. The
 * bytes are copied into a few buffers that go round, so that memory does not grow with what is sent
 * and the giver waits for a taker that is slower.
 *
 * Thread-safety: a relay belongs to the thread that gives; the taker runs in the relay's own. */
#ifndef MF_RELAY_H
#define MF_RELAY_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Takes the next bytes. After a failure it is called no more until the relay is reset. */
typedef int mf_relay_taker(void *ctx, const char *data, size_t size, struct mf_error *err);

struct mf_relay;

/* `ctx` is borrowed. The thread starts with the first full buffer. */
int mf_relay_open(struct mf_relay **out, mf_relay_taker *taker, void *ctx,
                  struct mf_error *err) MF_NODISCARD;
void mf_relay_close(struct mf_relay *relay); /* NULL-safe; drops what was not taken */

/* Hands bytes over. Fails with the error of the taker when that has failed on earlier ones. */
int mf_relay_give(struct mf_relay *relay, const char *data, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* Waits until all is taken; from then on, until more is given, what the taker made is the
 * caller's. Fails like mf_relay_give. */
int mf_relay_settle(struct mf_relay *relay, struct mf_error *err) MF_NODISCARD;

/* Drops what was not taken, and the error; waits until the taker is at rest. */
void mf_relay_reset(struct mf_relay *relay);

#endif
