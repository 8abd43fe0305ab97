/* loopback: a small HTTP server on 127.0.0.1 whose path says how it misbehaves. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <pthread.h>
#include <stddef.h>

#define LOOPBACK_REQUESTS 512

struct loopback {
    int listener;
    int port;
    int other_port; /* where /to-other redirects to */
    pthread_t thread;
    pthread_mutex_t mutex;
    int connections; /* accepted so far */
    int open;        /* connections that are being served */
    size_t count;    /* requests so far */
    char requests[LOOPBACK_REQUESTS][1024];
};

int loopback_start(struct loopback *server);
void loopback_stop(struct loopback *server);

/* Text of the last request, headers and body. */
void loopback_last(struct loopback *server, char text[1024]);

#endif
