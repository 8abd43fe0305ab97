/* SPDX-License-Identifier: MIT */
/* client: an account at a Mapflow server: base URL, token, retries, error bodies.
 *
 * Every request of the driver goes through one of the calls below. Nothing else adds a token,
 * retries, or turns an HTTP response into an mf_error.
 *
 * Thread-safety: several threads may use a client at once after mf_client_open. */
#ifndef MF_CLIENT_H
#define MF_CLIENT_H

#include "api/auth.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "http/transport.h"

MF_C_BEGIN

#define MF_DEFAULT_API_URL "https://api.mapflow.ai/rest"

#define MF_DOCUMENT_TIMEOUT 300.0

/* s without a byte after which a document request fails; it is retried once. The host's own limit
 * (GDAL_HTTP_LOW_SPEED_TIME) takes precedence. */
#define MF_DOCUMENT_SILENCE 10.0

/* All strings are copied. NULL and 0 mean the default, except for the two retry numbers. */
struct mf_client_options {
    const char *base_url;     /* default MF_DEFAULT_API_URL; a trailing slash is dropped. Plain http
                                 is refused unless the host is loopback or allow_http is set */
    const char *token;        /* as the user gave it; takes precedence over token_file */
    const char *token_file;   /* path of a file that contains the token */
    const char *token_source; /* where the token or its file was set, for messages: "the open option
                                 API_TOKEN". May be NULL */
    /* AUTO: API notes D1, D2. After a 401 to a GET or a query the other scheme is tried once. The
     * process remembers the one that works. */
    enum mf_auth_scheme auth;
    int allow_http;
    int max_retry;                 /* retries of a GET after the first try; -1: default 3 */
    double retry_delay;            /* s before the first retry, doubled each time, jittered;
                                      negative: default 1 */
    const char *retry_codes;       /* "ALL" or comma list of HTTP statuses; NULL: 429,502,503,504 */
    double document_timeout;       /* s for a whole exchange other than a download; default
                                      MF_DOCUMENT_TIMEOUT */
    struct mf_transport transport; /* borrowed: must outlive the client */
    struct mf_cancel cancel;       /* polled during exchanges and waits; may be empty */
    void (*debug)(void *ctx, const char *line); /* may be NULL; lines hold no secret */
    void (*warn)(void *ctx, const char *line);  /* may be NULL; messages for the user */
    void *log_ctx;
    const struct mf_clock *clock; /* borrowed; NULL: the system clock. For tests */
};

struct mf_client;

/* Checks the options. Makes no request. MF_ERR_ARGUMENT for a bad URL or invalid characters in the
 * token, MF_ERR_AUTH without a token, MF_ERR_FILE if token_file cannot be read. */
int mf_client_open(struct mf_client **out, const struct mf_client_options *options,
                   struct mf_error *err) MF_NODISCARD;
void mf_client_close(struct mf_client *client); /* NULL-safe */

/* Whether later GETs are retried after HTTP 429 only: the caller can do without an answer. Not
 * while another thread uses the client. */
void mf_client_set_impatient(struct mf_client *client, bool is_impatient);

/* Returns whether a recent request of this process did not reach the server's origin or got no
 * response (MF_CIRCUIT_SECONDS). */
bool mf_client_is_unreachable(const struct mf_client *client);

/* The base URL without a trailing slash. */
const char *mf_client_base_url(const struct mf_client *client);

/* Returns a number for the account: the same for all clients with one token, which it does not
 * reveal. */
uint64_t mf_client_account(const struct mf_client *client);

/* Returns 1 if the client was asked to stop. */
int mf_client_cancelled(const struct mf_client *client);

/* Returns seconds on the client's monotonic clock. */
double mf_client_now(const struct mf_client *client);

/* Returns seconds since 1970, UTC, on the client's clock. */
double mf_client_utc(const struct mf_client *client);

/* Waits on the client's clock. MF_ERR_CANCELLED within 100 ms of a cancel. */
int mf_client_wait(const struct mf_client *client, double seconds,
                   struct mf_error *err) MF_NODISCARD;

/* Waits before retry number `n`, counted from 1. MF_ERR_CANCELLED as mf_client_wait. */
int mf_client_backoff(const struct mf_client *client, int n, struct mf_error *err) MF_NODISCARD;

/* What the calls have in common. `path` starts with "/" and is already escaped. A response other
 * than 2xx gives the error kind of its status, http_status, the server's code, and a message that
 * quotes the server and states what to do. The message does not name the object: callers prefix
 * "processing <id>" or the like. Messages never contain the token.
 *
 * A call that changes nothing is retried after statuses in retry_codes, after connections that
 * failed, broke or timed out, and after truncated bodies. A Retry-After of up to 10 minutes is
 * obeyed; a longer one ends the call. A cancel ends transfers and waits within 100 ms. */

/* Largest JSON document in bytes, after decoding. */
#define MF_MAX_DOCUMENT ((int64_t)64 << 20)

/* GETs `path` and parses the JSON response. Retried. An empty or non-JSON 2xx response is
 * MF_ERR_FORMAT. */
int mf_client_get(struct mf_client *client, const char *path, cJSON **out,
                  struct mf_error *err) MF_NODISCARD;

/* GETs an absolute URL that the service returned, and parses the JSON response. Retried. Sends the
 * token only to the origin of the base URL. The URL is a secret: messages and log lines contain no
 * part of it or of the server's message. */
int mf_client_get_elsewhere(struct mf_client *client, const char *url, cJSON **out,
                            struct mf_error *err) MF_NODISCARD;

/* GETs `path` and sends the 2xx body to `sink`. Retried: an interrupted try is resumed with a Range
 * request if the server offered ranges with a strong ETag. Otherwise it starts again, and
 * sink->begin is called again. sink->end is called at the end of a body; its MF_ERR_TRUNCATED is
 * retried only if the body ended with the connection. `max_body` is in bytes after decoding, 0: no
 * limit. 204, 205 and an unrequested 206 are MF_ERR_FORMAT. The low-speed limit is the only time
 * limit. */
int mf_client_download(struct mf_client *client, const char *path, const struct mf_sink *sink,
                       int64_t max_body, struct mf_error *err) MF_NODISCARD;

/* Sends a POST that changes nothing (lists, cost). Retried like a GET. */
int mf_client_query(struct mf_client *client, const char *path, const cJSON *body, cJSON **out,
                    struct mf_error *err) MF_NODISCARD;

/* Returns the number of requests by this process, on all accounts, that may have changed something.
 * Lists read before the last one may be stale. */
uint64_t mf_client_write_count(void);

/* Sends a request that changes something: at most once, over HTTP/1.1, on a connection of its own,
 * never retried. `body` may be NULL. `*out` is NULL if the response was empty. `out` may be NULL:
 * then any 2xx response is a success.
 *
 * *outcome_unknown (may be NULL) is set to 1 if the server may have made the change without
 * confirming it, else to 0. It is 1 if the request may have reached the server and there is no
 * response, or it is 408, 499, 5xx or a redirect. If `out` is not NULL, it is also 1 if a 2xx
 * response is not JSON (MF_ERR_FORMAT) or is empty (returns 0 with *out NULL); 204 and 205 are
 * empty on purpose. */
int mf_client_send_once(struct mf_client *client, const char *method, const char *path,
                        const cJSON *body, cJSON **out, int *outcome_unknown,
                        struct mf_error *err) MF_NODISCARD;

/* A TIFF to send as the only part of a form, named "file". */
struct mf_client_file {
    const char *name; /* not a path; no quotes, backslashes or control characters */
    struct mf_upload content;
};

/* POSTs a file, streamed (http/upload.h): at most once, on a new connection, never retried, with no
 * time limit but the low-speed one. A refusal is read and reported while the file is still being
 * sent. *out and *outcome_unknown are as in mf_client_send_once; neither may be NULL. If the file
 * was not sent completely, the outcome is known: the server has not stored it. The client's cancel
 * or content.progress cancels it within 100 ms, unless content.read takes longer. */
int mf_client_upload(struct mf_client *client, const char *path, const struct mf_client_file *file,
                     cJSON **out, int *outcome_unknown, struct mf_error *err) MF_NODISCARD;

/* Whether a request failed because the server does not have its path, or not with that method (HTTP
 * 404 and 405). */
bool mf_path_is_missing(const struct mf_error *err);

/* Calls mf_client_query with `path` and, only if that is missing, with `fallback` (the other
 * documented form, API notes D9, D39). A fallback that starts with "GET " is a GET without a body.
 * The process remembers for the account which one worked, for all paths that differ only in ids. If
 * both fail, the error is that of `path`. */
int mf_client_query_fallback(struct mf_client *client, const char *path, const cJSON *body,
                             const char *fallback, cJSON **out, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
