/* outage: a server that could not be reached a moment ago.
 *
 * A program that opens many datasets, as QGIS does with the layers of a project, would wait for all
 * the retries of each when there is no network. So while an outage lasts, a request that does not
 * reach the server either is not retried.
 *
 * Thread-safety: all functions; the process shares one memory, which holds the last outage. */
#ifndef MF_OUTAGE_H
#define MF_OUTAGE_H

#ifdef __cplusplus
extern "C" {
#endif

#define MF_OUTAGE 15.0 /* s after the last request that gave up */

/* `now` is monotonic time, in s. */
void mf_circuit_open(const char *origin, double now);
int mf_circuit_is_open(const char *origin, double now);
void mf_circuit_close(const char *origin); /* the server was reached */

#ifdef __cplusplus
}
#endif
#endif
