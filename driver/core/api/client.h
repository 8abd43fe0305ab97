/* SPDX-License-Identifier: MIT */
/* client: an account at a Mapflow server: base URL, token, retries, error bodies.
 *
 * Every request of the driver goes through one of the calls below; nothing else adds a token,
 * retries, or turns an HTTP answer into an mf_error.
 *
 * Thread-safety: a client may be used by several threads at once after mf_client_open. */
#ifndef MF_CLIENT_H
#define MF_CLIENT_H

#include "api/auth.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "http/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_DEFAULT_API_URL "https://api.mapflow.ai/rest"

#define MF_DOCUMENT_TIMEOUT 300.0

/* s without a byte after which a request that asks for a document has failed; it is sent once more.
 * The host's own limit (GDAL_HTTP_LOW_SPEED_TIME) goes before. */
#define MF_DOCUMENT_SILENCE 10.0

/* All strings are copied. NULL and 0 mean the default, except for the two retry numbers. */
struct mf_client_options {
    const char *base_url;     /* default MF_DEFAULT_API_URL; a trailing slash is dropped. Plain http
                                 is refused unless the host is loopback or allow_http is set */
    const char *token;        /* as the user gave it; wins over token_file */
    const char *token_file;   /* file whose content is the token */
    const char *token_source; /* where the token, or the name of its file, was said: "the open
                                 option API_TOKEN"; for messages. May be NULL */
    /* AUTO: API notes D1, D2. After a 401 to a GET or a query the other scheme is tried once, and
     * the one that works is remembered for the process. */
    enum mf_auth_scheme auth;
    int allow_http;
    int max_retry;                 /* retries of a GET after its first try; -1: default 3 */
    double retry_delay;            /* s before the first retry, doubled each time, jittered;
                                      negative: default 1 */
    const char *retry_codes;       /* "ALL" or comma list of HTTP statuses; NULL: 429,502,503,504 */
    double document_timeout;       /* s for a whole exchange that is no download; default
                                      MF_DOCUMENT_TIMEOUT */
    struct mf_transport transport; /* borrowed: must outlive the client */
    struct mf_cancel cancel;       /* polled during exchanges and waits; may be empty */
    void (*debug)(void *ctx, const char *line); /* may be NULL; lines hold no secret */
    void (*warn)(void *ctx, const char *line);  /* may be NULL; what a user should know */
    void *log_ctx;
    const struct mf_clock *clock; /* borrowed; NULL: the system's. For tests */
};

struct mf_client;

/* Checks the options, makes no request. MF_ERR_ARGUMENT for a bad URL or a token with control
 * characters, MF_ERR_AUTH without a token, MF_ERR_FILE if token_file cannot be read. */
int mf_client_open(struct mf_client **out, const struct mf_client_options *options,
                   struct mf_error *err) MF_NODISCARD;
void mf_client_close(struct mf_client *client); /* NULL-safe */

/* Retries of a GET from now on, as max_retry. Not while another thread uses the client. Returns
 * what it was. */
int mf_client_set_max_retry(struct mf_client *client, int max_retry);

/* Whether a request of this process did not reach the server's origin, or had no answer, a moment
 * ago (MF_CIRCUIT_SECONDS). */
bool mf_client_is_unreachable(const struct mf_client *client);

/* The base URL without a trailing slash. */
const char *mf_client_base_url(const struct mf_client *client);

/* A number for the account: the same for clients with the same token, which it does not reveal. */
uint64_t mf_client_account(const struct mf_client *client);

/* 1 if the client was asked to stop. */
int mf_client_cancelled(const struct mf_client *client);

/* Seconds on the client's clock, which never goes back. */
double mf_client_now(const struct mf_client *client);

/* Seconds since 1970, UTC, by the same clock. */
double mf_client_utc(const struct mf_client *client);

/* Waits by the client's clock. MF_ERR_CANCELLED within 100 ms after it was asked to stop. */
int mf_client_wait(const struct mf_client *client, double seconds,
                   struct mf_error *err) MF_NODISCARD;

/* Waits as before retry number `n`, 1 the first. MF_ERR_CANCELLED as mf_client_wait. */
int mf_client_backoff(const struct mf_client *client, int n, struct mf_error *err) MF_NODISCARD;

/* What the calls have in common. `path` starts with "/" and is already escaped. An answer that is
 * not 2xx gives the kind of its status, with http_status, the server's code, and a message that
 * quotes the server and states what to do; it does not name the object: callers put "processing
 * <id>" or the like before it. Messages never hold the token.
 *
 * A call that changes nothing is repeated after statuses of retry_codes, after connections that
 * failed, broke or timed out, and after bodies that were cut; a Retry-After of up to 10 minutes is
 * obeyed, a longer one ends the call. A cancel ends transfers and waits within 100 ms. */

/* Most bytes of a JSON document, after decoding. */
#define MF_MAX_DOCUMENT ((int64_t)64 << 20)

/* GET `path` and parse the JSON answer. Retried. An empty or non-JSON 2xx answer is MF_ERR_FORMAT.
 */
int mf_client_get(struct mf_client *client, const char *path, cJSON **out,
                  struct mf_error *err) MF_NODISCARD;

/* GET of an absolute URL that the service has told, and parse the JSON answer. Retried. The token
 * goes along to the origin of the base URL only. The URL is a secret: no message and no line of the
 * log has any part of it, or of what the server says. */
int mf_client_get_elsewhere(struct mf_client *client, const char *url, cJSON **out,
                            struct mf_error *err) MF_NODISCARD;

/* GET `path` and send the 2xx body to `sink`. Retried: a try that was cut is continued by a Range
 * request if the server has offered that with a strong ETag, else it starts again, and sink->begin
 * is called again. sink->end is called at the end of a body; its MF_ERR_TRUNCATED is retried only
 * if the body ended with the connection. `max_body` in bytes after decoding, 0: no limit. 204, 205
 * and a 206 that was not asked for are MF_ERR_FORMAT. The only time limit is the one on low speed.
 */
int mf_client_download(struct mf_client *client, const char *path, const struct mf_sink *sink,
                       int64_t max_body, struct mf_error *err) MF_NODISCARD;

/* A POST that changes nothing (lists, cost): retried like a GET. */
int mf_client_query(struct mf_client *client, const char *path, const cJSON *body, cJSON **out,
                    struct mf_error *err) MF_NODISCARD;

/* Number of requests that may have changed something, by this process, on all accounts. Lists that
 * were read before the last one may be old. */
uint64_t mf_client_write_count(void);

/* A request that changes something: sent at most once, over HTTP/1.1, on a connection of its own,
 * never retried. `body` may be NULL. `*out` is NULL if the answer was empty; `out` may be NULL, any
 * 2xx answer is good then.
 *
 * *outcome_unknown (may be NULL) is set to 1 if the server may have done it without confirming it:
 * the request may have reached it, and there is no answer, or one of 408, 499 or 5xx, a redirect,
 * or, if `out` asks for a document, a 2xx one that is no JSON (MF_ERR_FORMAT) or is empty (0 with
 * *out NULL; 204 and 205 are empty on purpose). Else it is set to 0. */
int mf_client_send_once(struct mf_client *client, const char *method, const char *path,
                        const cJSON *body, cJSON **out, int *outcome_unknown,
                        struct mf_error *err) MF_NODISCARD;

/* A file that is sent as the only part, called "file", of a form. */
struct mf_client_file {
    const char *name;         /* a name, not a path: without quotes, backslashes and control
                                 characters */
    const char *content_type; /* of the part: "image/tiff" */
    struct mf_upload content;
};

/* POST of a file, streamed (http/upload.h): sent at most once, on a new connection, never retried,
 * without a time limit but that of low speed. A refusal is read and reported while the file is
 * still being sent. *out and *outcome_unknown as in mf_client_send_once; neither may be NULL. The
 * outcome of a file that was not sent to its end is known: the server has not stored it. Cancelled
 * by the client's cancel or by content.progress, within 100 ms unless content.read takes longer. */
int mf_client_upload(struct mf_client *client, const char *path, const struct mf_client_file *file,
                     cJSON **out, int *outcome_unknown, struct mf_error *err) MF_NODISCARD;

/* mf_client_query of `path` and, only after 404 or 405, of `fallback` (the other documented form,
 * API notes D9, D39). A fallback that starts with "GET " is a GET without a body. The process
 * remembers for the account which one worked, for all paths that differ only in ids. If both fail,
 * the error is that of `path`. */
int mf_client_query_fallback(struct mf_client *client, const char *path, const cJSON *body,
                             const char *fallback, cJSON **out, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
