/* transport: one HTTP exchange.
 *
 * A transport is a struct of callbacks, so that tests can script the exchange with no socket. The
 * one that is used over the network is made by mf_transport_curl_open.
 *
 * A transport does one try. It knows nothing of tokens, retries, JSON or Mapflow: that is
 * `client`.
 *
 * Redirects: a GET is followed, at most MF_MAX_REDIRECTS times, never from https to http. Once it
 * has left the origin of the URL, it carries no Authorization, cookie or user name of this request
 * or of the host. Other methods are not followed: the caller sees the 3xx answer. */
#ifndef MF_TRANSPORT_H
#define MF_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_MAX_REDIRECTS 10

/* Receives body bytes as they arrive, after content decoding (gzip). Only bytes of a 2xx answer are
 * sent to a sink; the body of any other answer goes to mf_response.body, so that an error page is
 * never taken for a result. */
struct mf_sink {
    void *ctx;
    /* Called once at the start of each 2xx body, before any byte. `announced` is Content-Length, -1
     * when unknown or when the body is compressed. May be NULL. */
    int (*begin)(void *ctx, int64_t announced, struct mf_error *err);
    /* Returns 0, or non-zero to end the exchange with *err as its outcome. */
    int (*write)(void *ctx, const char *data, size_t size, struct mf_error *err);
    /* Called by `client` after a whole 2xx body. A body that ends by closing the connection has no
     * announced end: only its reader can tell that it was cut, by MF_ERR_TRUNCATED from here, which
     * is retried like any cut. Of a body whose end HTTP has told, the same error is final: the
     * server has a broken document. May be NULL. */
    int (*end)(void *ctx, struct mf_error *err);
};

/* Asked several times a second while an exchange, a wait or a scan runs; non-zero ends it with
 * MF_ERR_CANCELLED. */
struct mf_cancel {
    void *ctx;
    int (*is_cancelled)(void *ctx);
};

struct mf_request {
    const char *method;         /* "GET", "POST", "PUT", "DELETE" */
    const char *url;            /* absolute http or https URL, already escaped */
    const char *authorization;  /* value of the Authorization header, NULL for none. Goes to the
                                   origin  of `url` alone: dropped on a redirect to another */
    const char *const *headers; /* NULL-terminated array of "Name: value", may be NULL */
    const char *body;           /* request body, NULL for none (no Content-Type is sent then) */
    size_t body_size;
    const char *content_type;
    const struct mf_sink *sink; /* where a 2xx body goes, NULL: mf_response.body */
    int64_t max_body;           /* most bytes (after decoding) to accept, 0: no limit */
    double total_timeout;       /* s for the whole exchange, 0: no limit */
    int fresh_connection;       /* new connection, closed afterwards: a request that must be sent at
                                   most once never rides on a kept-alive one */
    const struct mf_cancel *cancel; /* may be NULL */
};

struct mf_header {
    char *name; /* lower case */
    char *value;
};

/* Most bytes kept of the body of an answer that is not 2xx. */
#define MF_MAX_ERROR_BODY 65536

/* What came back. Caller-owned: init, hand in, free. */
struct mf_response {
    int status; /* 0: no answer */
    struct mf_header *headers;
    size_t header_count;
    char *body; /* NUL-terminated, NULL when it went to the sink */
    size_t body_size;
    char *effective_url; /* after redirects, without user info */
    int request_sent;    /* 0 only when no byte of the request can have reached the server */
    int is_transient;    /* perform failed, and the same request may well work later */
};

void mf_response_init(struct mf_response *response);
void mf_response_free(struct mf_response *response); /* NULL-safe; empties it for reuse */

/* Value of the last header of that name (any case), NULL when there is none. */
const char *mf_response_header(const struct mf_response *response, const char *name);

/* 1 when HTTP tells where the body ends: by a length, by chunks or by the end of its gzip data. A
 * body that ends with the connection may have been cut unseen. */
int mf_response_is_delimited(const struct mf_response *response);

struct mf_transport {
    void *ctx;
    /* Returns 0 when an HTTP answer arrived, whatever its status: a 2xx one whole, of any other
     * what came of its body, at most MF_MAX_ERROR_BODY bytes. Else -1 with MF_ERR_NETWORK,
     * MF_ERR_TRUNCATED, MF_ERR_TOO_LARGE, MF_ERR_CANCELLED, MF_ERR_FORMAT (not HTTP, an unknown
     * content encoding), MF_ERR_REJECTED (a redirect that must not be followed), MF_ERR_ARGUMENT (a
     * bad URL), MF_ERR_MEMORY or the sink's own error. Thread-safe. */
    int (*perform)(void *ctx, const struct mf_request *request, struct mf_response *response,
                   struct mf_error *err);
    void (*close)(void *ctx);
};

/* Hooks through which the host (GDAL) takes part. All may be NULL. They may be called from any
 * thread that performs a request. */
struct mf_transport_hooks {
    void *ctx;
    /* Applies the host's own HTTP settings to a CURL easy handle. The transport's defaults
     * (time-outs, user agent, HTTP/1.1) are set before, so that the host's win; what the transport
     * depends on (callbacks, redirects, verbosity, decoding, its Authorization) is set after. A
     * host that always sets a user agent hides options.user_agent: it should hand that on itself.
     * May return a curl_slist of headers (the host's), which stays its property until the matching
     * release_headers. Of those, Content-Type and the like, which describe the body, are ignored,
     * and an Authorization when the request has its own. */
    void *(*configure)(void *ctx, void *curl_handle, const char *url);
    void (*release_headers)(void *ctx, void *headers);
    /* One line for the debug log, already redacted. */
    void (*debug)(void *ctx, const char *line);
    /* Non-zero: curl's verbose output is wanted (it comes through `debug`, redacted). */
    int (*wants_verbose)(void *ctx);
};

struct mf_transport_options {
    struct mf_transport_hooks hooks;
    const char *user_agent; /* copied; used unless the host has set its own */
    double connect_timeout; /* s, unless the host has set its own; default 10 when 0 */
    double low_speed_time;  /* s, likewise; default 60 when 0 */
    double low_speed_limit; /* bytes/s, likewise; default 1 when 0 */
};

/* The transport over libcurl. Connections are kept alive and shared between all its users, which
 * may be many threads. Free with transport->close(transport->ctx). */
int mf_transport_curl_open(struct mf_transport *transport,
                           const struct mf_transport_options *options,
                           struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
