/* script: a transport that plays a list of answers, and a clock that never sleeps. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "api/client.h"

/* Of not_sent. */
#define SCRIPT_CUT 2
#define SCRIPT_SILENT 3

/* One answer. `kind` other than MF_OK: perform fails. */
struct script_step {
    int status;
    const char *header; /* "Name: value", more of them behind '\n', may be NULL */
    const char *body;
    enum mf_error_kind kind;
    int is_transient;
    int not_sent; /* 1: the request did not leave; SCRIPT_CUT: an upload did not leave whole;
                     SCRIPT_SILENT: it left, and nothing came back */
};

/* What was asked. */
struct script_request {
    char method[8];
    char url[200];
    char authorization[200];
    char body[200];         /* of an upload: how it begins */
    char content_type[100]; /* of an upload */
    long long upload_size;  /* bytes that were read of it */
    char headers[400];      /* each with '\n' behind */
    int fresh_connection;
    double silence;
};

#define SCRIPT_MAX 64

struct script {
    const struct script_step *steps;
    size_t count, next;
    struct script_request requests[SCRIPT_MAX];
    double now;
    double slept;
    int is_cancelled;
    double cancel_at; /* when the clock is there, 0: never */
    char log[4096];
    char warnings[1024];
    struct mf_clock clock;
};

void script_start(struct script *script, const struct script_step *steps, size_t count);

/* Options that use the script for everything. */
struct mf_client_options script_options(struct script *script, const char *token);

/* A client that plays the steps. */
struct mf_client *script_client(struct script *script, const struct script_step *steps,
                                size_t count);

#endif
