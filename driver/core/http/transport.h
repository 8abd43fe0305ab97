/* SPDX-License-Identifier: MIT */
/* transport: one HTTP exchange.
 *
 * A transport is a struct of callbacks, so that tests can script the exchange without a socket.
 * mf_transport_curl_open makes the one for the network.
 *
 * A transport makes one attempt. It knows nothing of tokens, retries, JSON or Mapflow: see
 * `client`.
 *
 * Redirects: a GET follows at most MF_MAX_REDIRECTS of them, never from https to http. After it has
 * left the origin of the URL, it carries no Authorization, cookie or user name, and of the host's
 * headers only User-Agent, Accept and Accept-Encoding. Other methods follow none: the caller gets
 * the 3xx answer. */
#ifndef MF_TRANSPORT_H
#define MF_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "http/upload.h"

MF_C_BEGIN

#define MF_MAX_REDIRECTS 10

/* Receives body bytes as they arrive, after content decoding (gzip). A sink gets only the bytes of
 * 2xx answers. The body of any other answer goes to mf_response.body, so that an error page is
 * never mistaken for a result. */
struct mf_sink {
    void *ctx;
    /* Called once at the start of each 2xx body, before any byte. `announced` is Content-Length, -1
     * when unknown or when the body is compressed. May be NULL. */
    int (*begin)(void *ctx, int64_t announced, struct mf_error *err);
    /* Returns 0, or non-zero to end the exchange with *err as its outcome. */
    int (*write)(void *ctx, const char *data, size_t size, struct mf_error *err);
    /* Called by `client` at the end of a 2xx body. Fails with MF_ERR_TRUNCATED if the document is
     * incomplete: the server may close the connection early, and libcurl accepts gzip data that
     * ends early. Retried only if HTTP did not state where the body ends
     * (mf_response_is_delimited): else the server has a broken document. May be NULL. */
    int (*end)(void *ctx, struct mf_error *err);
};

/* Polled several times a second while an exchange, a wait or a scan runs; non-zero ends it with
 * MF_ERR_CANCELLED. */
struct mf_cancel {
    void *ctx;
    int (*is_cancelled)(void *ctx);
};

struct mf_request {
    const char *method;         /* "GET", "POST", "PUT", "DELETE" */
    const char *url;            /* absolute http or https URL, already escaped */
    const char *authorization;  /* value of the Authorization header, NULL for none. Sent to the
                                   origin of `url` only */
    const char *const *headers; /* NULL-terminated array of "Name: value", may be NULL */
    const char *body;           /* request body, NULL for none (no Content-Type is sent then) */
    size_t body_size;
    const struct mf_upload *upload; /* instead of `body`: a POST whose body is read as it is sent.
                                       Implies send_once. NULL for none */
    const char *content_type;       /* of `body` or `upload` */
    const struct mf_sink *sink;     /* where a 2xx body goes, NULL: mf_response.body */
    int64_t max_body;               /* maximum bytes after decoding, 0: no limit */
    double silence;       /* s without a byte until the exchange ends, 0: low_speed_time */
    double total_timeout; /* s for the whole exchange, 0: no limit */
    bool send_once; /* libcurl must not resend it either: HTTP/1.1, on a new connection that is
                       closed afterwards */
    bool is_secret; /* the URL is a secret: nothing of the exchange is logged */
    const struct mf_cancel *cancel; /* may be NULL */
};

struct mf_header {
    char *name; /* lower case */
    char *value;
};

/* Maximum bytes kept of a body that is not 2xx. */
#define MF_MAX_ERROR_BODY 65536

/* The answer. Owned by the caller: init, perform, free. */
struct mf_response {
    int status; /* 0: no answer */
    struct mf_header *headers;
    size_t header_count;
    char *body; /* NUL-terminated, NULL if it went to the sink */
    size_t body_size;
    bool request_sent;     /* false only if no byte of the request can have reached the server */
    int64_t upload_unsent; /* bytes of an upload not read for sending: if any, the server cannot
                              have all of it */
    bool is_transient;     /* perform failed, and the same request may work later */
    bool is_silent;        /* perform failed, because no answer began in time */
};

void mf_response_init(struct mf_response *response);
void mf_response_free(struct mf_response *response); /* NULL-safe; empties it for reuse */
void mf_response_clear_headers(struct mf_response *response);

/* Returns the value of the last header of that name (any case), NULL if there is none. */
const char *mf_response_header(const struct mf_response *response, const char *name);

/* The status is 2xx. */
bool mf_response_is_success(const struct mf_response *response);

/* The body is not compressed. */
bool mf_response_is_identity(const struct mf_response *response);

/* HTTP states where the body ends, by a length or by chunks. Otherwise the end of the connection
 * ends it, and it may have been cut unnoticed. */
bool mf_response_is_delimited(const struct mf_response *response);

struct mf_transport {
    void *ctx;
    /* Returns 0 if an HTTP answer arrived, whatever its status. A 2xx body is complete; any other
     * body is what arrived, at most MF_MAX_ERROR_BODY bytes. Otherwise returns -1 with
     * MF_ERR_NETWORK, MF_ERR_TRUNCATED, MF_ERR_TOO_LARGE, MF_ERR_CANCELLED, MF_ERR_FORMAT (not
     * HTTP, headers above 256 kB, an unknown content encoding), MF_ERR_REJECTED (a redirect that
     * must not be followed), MF_ERR_ARGUMENT (a bad URL), MF_ERR_MEMORY or the sink's own error.
     * Thread-safe. */
    int (*perform)(void *ctx, const struct mf_request *request, struct mf_response *response,
                   struct mf_error *err);
    void (*close)(void *ctx);
};

/* Hooks for the host (GDAL). All may be NULL. They may be called from any thread that performs a
 * request. */
struct mf_transport_hooks {
    void *ctx;
    /* Applies the host's own HTTP settings to a CURL easy handle. The transport's defaults
     * (time-outs, user agent, HTTP/1.1) are set before, so that the host's settings win. What the
     * transport depends on (callbacks, redirects, verbosity, decoding, its Authorization) is set
     * afterwards. A host that always sets a user agent replaces options.user_agent, and should pass
     * that on. May return a curl_slist of the host's headers, which the host owns until the
     * matching release_headers. Headers that describe the body (Content-Type and the like) are
     * ignored, and so is an Authorization if the request has its own. */
    void *(*configure)(void *ctx, void *curl_handle, const char *url);
    void (*release_headers)(void *ctx, void *headers);
    /* One line for the debug log, already redacted. */
    void (*debug)(void *ctx, const char *line);
    /* Non-zero: libcurl's verbose output goes to `debug`, redacted. */
    int (*wants_verbose)(void *ctx);
    /* Non-zero: a user name and a password are sent to the proxy. */
    int (*has_proxy_login)(void *ctx);
};

struct mf_transport_options {
    struct mf_transport_hooks hooks;
    /* Each is used unless the host has set its own. */
    const char *user_agent; /* copied */
    double low_speed_time;  /* s; 0: 60 */
    double low_speed_limit; /* bytes/s; 0: 1 */
};

/* Opens the transport over libcurl. Its connections are kept alive and shared by all threads that
 * use it. Free with transport->close(transport->ctx). */
int mf_transport_curl_open(struct mf_transport *transport,
                           const struct mf_transport_options *options,
                           struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
