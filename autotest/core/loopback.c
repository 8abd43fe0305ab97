#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

struct connection {
    struct loopback *server;
    int fd;
};

static void send_bytes(int fd, const void *data, size_t size)
{
    const char *p = data;
    while (size > 0) {
        const ssize_t sent = send(fd, p, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        p += sent;
        size -= (size_t)sent;
    }
}

static void send_text(int fd, const char *text)
{
    send_bytes(fd, text, strlen(text));
}

/* Closing with unread time zero makes the kernel send RST. */
static void reset(int fd)
{
    const struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* 1000 zeros. */
static const unsigned char zeros[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                      0x63, 0x60, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00,
                                      0x00, 0x80, 0x17, 0x0b, 0x06, 0xe8, 0x03, 0x00, 0x00};
/* How zeros without end begin, and eight matches of 258 of them. */
static const unsigned char bomb[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00,
                                     0x00, 0x00, 0x02, 0x03, 0x63, 0x18};
static const unsigned char more[] = {0x05, 0xa3, 0x60, 0x14, 0x8c, 0x82, 0x51,
                                     0x30, 0x0a, 0x46, 0xc1, 0x28, 0x18};

static void send_gzip_head(int fd, int status, size_t size)
{
    char header[200];
    snprintf(header, sizeof header,
             "HTTP/1.1 %d Zeros\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", status,
             size);
    send_text(fd, header);
}

/* "/gzip": 1000 zeros; "/gzip-short": an end that HTTP does not notice; "/gzip-cut": one that it
 * does; "/gzip-bad": damaged; "/gzip-more": bytes after the end. Returns 0 if the connection ends.
 */
static int send_gzip(int fd, const char *path)
{
    unsigned char data[sizeof zeros + 3] = {0};
    const int is_cut = strcmp(path, "/gzip-cut") == 0;
    size_t size = sizeof zeros;
    memcpy(data, zeros, sizeof zeros);
    if (strcmp(path, "/gzip-bad") == 0)
        data[15] ^= 0xFF;
    if (strcmp(path, "/gzip-more") == 0)
        size += 3;
    if (strcmp(path, "/gzip-short") == 0)
        size -= 9;
    send_gzip_head(fd, 200, size);
    send_bytes(fd, data, is_cut ? size - 9 : size);
    return !is_cut;
}

/* 30 MB of zeros in 189 kB. */
static void send_bomb(int fd, int status)
{
    const size_t count = 14535;
    send_gzip_head(fd, status, sizeof bomb + count * sizeof more);
    send_bytes(fd, bomb, sizeof bomb);
    for (size_t i = 0; i < count; i++)
        send_bytes(fd, more, sizeof more);
}

static void send_redirect(int fd, int status, const char *location)
{
    char text[400];
    snprintf(text, sizeof text,
             "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 5\r\n\r\nmoved", status,
             location);
    send_text(fd, text);
}

static void sleep_ms(long ms)
{
    const struct timespec span = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&span, NULL);
}

/* Waits until the other side goes away, 5 s at most. */
static void wait_for_close(int fd)
{
    const struct timeval limit = {5, 0};
    char byte;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    while (recv(fd, &byte, 1, 0) > 0)
        ;
}

/* Fixed answers after which the connection stays open. */
static const char *kept_answer(const char *path)
{
    static const struct {
        const char *path, *answer;
    } answers[] = {
        {"/ok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Twice: a\r\nX-Twice:  b \r\n\r\nhello"},
        {"/chunked",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0"
         "\r\nX-Trailer: 1\r\n\r\n"},
        {"/json", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}"},
        {"/interim", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n"
                     "Content-Length: 2\r\n\r\nok"},
        {"/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {"/none", "HTTP/1.1 204 No Content\r\n\r\n"},
        {"/error", "HTTP/1.1 500 Oops\r\nContent-Length: 6\r\n\r\nbroken"},
        {"/encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx"},
        {"/error-encoded",
         "HTTP/1.1 404 No\r\nContent-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx"},
        {"/cookie", "HTTP/1.1 200 OK\r\nSet-Cookie: sid=home\r\nContent-Length: 2\r\n\r\nok"},
        {"/auth", "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"
                  "\r\n"},
        {"/gone", "HTTP/1.1 404 Gone\r\nContent-Length: 2\r\n\r\n{}"},
        {"/unlocated", "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nlost"},
        {"CONNECT", "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                    "Content-Length: 0\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (strcmp(path, answers[i].path) == 0)
            return answers[i].answer;
    return NULL;
}

/* Fixed answers after which the connection is closed: what is missing never comes. */
static const char *closed_answer(const char *path)
{
    static const struct {
        const char *path, *answer;
    } answers[] = {
        {"/close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"},
        {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"},
        {"/chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
        {"/chunk-bad", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"},
        {"/header-cut", "HTTP/1.1 200 OK\r\nContent-Len"},
        {"/error-cut", "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbus"},
        {"/nothing", ""},
        {"/not-http", "SSH-2.0-OpenSSH_9\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (strcmp(path, answers[i].path) == 0)
            return answers[i].answer;
    return NULL;
}

static void answer_redirect(struct loopback *server, int fd, const char *path)
{
    char other[100];
    snprintf(other, sizeof other, "http://127.0.0.1:%d/ok", server->other_port);
    if (strcmp(path, "/to-cookie") == 0) /* one hop sets a cookie, the next gets it */
        send_text(fd, "HTTP/1.1 302 Found\r\nSet-Cookie: hop=1\r\nLocation: /ok\r\n"
                      "Content-Length: 0\r\n\r\n");
    else if (strcmp(path, "/to-other-cookie") == 0) {
        snprintf(other, sizeof other, "http://127.0.0.1:%d/cookie", server->other_port);
        send_redirect(fd, 302, other);
    } else if (strcmp(path, "/to-other") == 0)
        send_redirect(fd, 302, other);
    else if (strcmp(path, "/to-other-and-back") == 0) {
        snprintf(other, sizeof other, "http://127.0.0.1:%d/to-other", server->other_port);
        send_redirect(fd, 302, other);
    } else if (strcmp(path, "/to-loop") == 0)
        send_redirect(fd, 301, "/to-loop");
    else if (strcmp(path, "/to-user") == 0)
        send_redirect(fd, 302, "http://user:pw@127.0.0.1:1/");
    else if (strcmp(path, "/to-ftp") == 0)
        send_redirect(fd, 302, "ftp://127.0.0.1/x");
    else if (strcmp(path, "/to-nowhere") == 0)
        send_redirect(fd, 302, "");
    else if (strcmp(path, "/to-bad-port") == 0)
        send_redirect(fd, 302, "http://127.0.0.1:x/");
    else
        send_redirect(fd, strcmp(path, "/to-307") == 0 ? 307 : 302, "ok?x=1");
}

/* Returns 0 when the connection is to be closed. */
static int answer(struct loopback *server, int fd, const char *path)
{
    const char *text = kept_answer(path);
    if (text != NULL) {
        send_text(fd, text);
        return 1;
    }
    text = closed_answer(path);
    if (text != NULL) {
        send_text(fd, text);
        return 0;
    }
    if (strncmp(path, "/to-", 4) == 0) {
        answer_redirect(server, fd, path);
        return 1;
    }
    if (strncmp(path, "/gzip", 5) == 0)
        return send_gzip(fd, path);
    if (strstr(path, "bomb") != NULL) {
        send_bomb(fd, strcmp(path, "/error-bomb") == 0 ? 500 : 200);
        return 1;
    }
    if (strcmp(path, "/headers") == 0) { /* too many of them */
        send_text(fd, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 300; i++) {
            char line[1024] = "X: ";
            memset(line + 3, 'x', 1000);
            memcpy(line + 1003, "\r\n", 3);
            send_text(fd, line);
        }
        send_text(fd, "Content-Length: 0\r\n\r\n");
        return 0;
    }
    if (strcmp(path, "/big") == 0) {
        static char data[1 << 20];
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
        for (int i = 0; i < 64; i++)
            send_bytes(fd, data, sizeof data);
        return 1;
    }
    if (strncmp(path, "/reset", 6) == 0) {
        if (strcmp(path, "/reset-late") == 0) {
            send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            sleep_ms(50);
        }
        reset(fd);
        return 0;
    }
    if (strcmp(path, "/stall") == 0)
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    wait_for_close(fd); /* "/stall", "/silent" */
    return 0;
}

/* ---- uploads ------------------------------------------------------------------------------- */

struct incoming {
    int fd;
    size_t size;  /* of the body */
    size_t count; /* bytes that came so far, */
    unsigned sum; /* and what they add up to */
};

static void take(struct incoming *body, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        body->sum = body->sum * 31 + (unsigned char)data[i];
    body->count += size;
}

/* Reads up to `most` bytes of the body in all. Returns 0 when the connection ends before. */
static int read_upload(struct incoming *body, size_t most)
{
    char block[65536];
    while (body->count < body->size && body->count < most) {
        const ssize_t got = recv(body->fd, block, sizeof block, 0);
        if (got <= 0)
            return 0;
        take(body, block, (size_t)got);
    }
    return 1;
}

/* What the rest of the path says: answers early, refuses, stalls … Returns 0 when the connection is
 * to be closed. `text` is the head and what came with it. */
static int answer_upload(int fd, const char *path, const char *text, size_t text_size)
{
    static const char early[] = "HTTP/1.1 413 Too large\r\nContent-Length: 4\r\n\r\nmuch";
    const char *const begin = strstr(text, "\r\n\r\n") + 4;
    const int expects = strstr(text, "Expect: 100-continue\r\n") != NULL;
    struct incoming body = {.fd = fd,
                            .size = strtoul(strstr(text, "Content-Length: ") + 16, NULL, 10)};
    char answer[100];
    take(&body, begin, text_size - (size_t)(begin - text));
    if (expects && strcmp(path, "/upload-417") == 0) {
        send_text(fd, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
        return 1;
    }
    if (expects && strcmp(path, "/upload-417-closed") == 0) {
        send_text(fd, "HTTP/1.1 417 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
        return 0;
    }
    if (expects && strcmp(path, "/upload-refused") == 0) {
        send_text(fd, "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}");
        return 0;
    }
    if (expects && strcmp(path, "/upload-no-100") != 0)
        send_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    if (strncmp(path, "/upload-early", 13) == 0) {
        read_upload(&body, 100000);
        send_text(fd, early);
        if (strcmp(path, "/upload-early") == 0)
            read_upload(&body, (size_t)-1);
        return 0;
    }
    if (strcmp(path, "/upload-stalls") == 0) {
        read_upload(&body, 100000);
        sleep_ms(2000);
        return 0;
    }
    if (strcmp(path, "/upload-reset") == 0) {
        read_upload(&body, 100000);
        reset(fd);
        return 0;
    }
    if (!read_upload(&body, (size_t)-1))
        return 0;
    if (strcmp(path, "/upload-unanswered") == 0) {
        wait_for_close(fd);
        return 0;
    }
    snprintf(answer, sizeof answer, "%zu %u", body.count, body.sum);
    char head[200];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(answer),
             answer);
    send_text(fd, head);
    return 1;
}

/* Reads one request, of an upload only the head. Returns the path, NULL at the end of the
 * connection. *size receives the number of bytes in `text`. */
static char *read_request(int fd, char *text, size_t room, size_t *text_size, char *path,
                          size_t path_room)
{
    size_t size = 0;
    char *body = NULL;
    while (body == NULL) {
        const ssize_t got = recv(fd, text + size, room - 1 - size, 0);
        if (got <= 0 || text[0] == 0x16) /* a TLS handshake */
            return NULL;
        size += (size_t)got;
        text[size] = '\0';
        body = strstr(text, "\r\n\r\n");
    }
    const char *length =
        strncmp(text, "POST /upload", 12) != 0 ? strstr(text, "Content-Length: ") : NULL;
    const size_t wanted =
        (size_t)(body + 4 - text) + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    while (size < wanted && size < room - 1) {
        const ssize_t got = recv(fd, text + size, room - 1 - size, 0);
        if (got <= 0)
            return NULL;
        size += (size_t)got;
        text[size] = '\0';
    }
    *text_size = size;
    const char *begin = strncmp(text, "CONNECT ", 8) == 0 ? text : strchr(text, ' ') + 1;
    const char *scheme = strstr(begin, "://"); /* asked as a proxy */
    if (scheme != NULL && scheme < begin + 8)
        begin = strchr(scheme + 3, '/');
    snprintf(path, path_room, "%.*s", (int)strcspn(begin, " ?"), begin);
    return path;
}

static void *serve(void *ctx)
{
    struct connection connection = *(struct connection *)ctx;
    struct loopback *server = connection.server;
    char text[4096], path[100];
    size_t size = 0;
    free(ctx);
    while (read_request(connection.fd, text, sizeof text, &size, path, sizeof path) != NULL) {
        pthread_mutex_lock(&server->mutex);
        if (server->count < LOOPBACK_REQUESTS)
            snprintf(server->requests[server->count++], 1024, "%.1023s", text);
        pthread_mutex_unlock(&server->mutex);
        if (strncmp(path, "/upload", 7) == 0 ? !answer_upload(connection.fd, path, text, size)
                                             : !answer(server, connection.fd, path))
            break;
    }
    close(connection.fd);
    pthread_mutex_lock(&server->mutex);
    server->open--;
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

static void *accept_all(void *ctx)
{
    struct loopback *server = ctx;
    for (;;) {
        const int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        struct connection *connection = malloc(sizeof *connection);
        *connection = (struct connection){server, fd};
        pthread_mutex_lock(&server->mutex);
        server->connections++;
        server->open++;
        pthread_mutex_unlock(&server->mutex);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, connection);
        pthread_detach(thread);
    }
}

int loopback_start(struct loopback *server)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    memset(server, 0, sizeof *server);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pthread_mutex_init(&server->mutex, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    server->port = ntohs(address.sin_port);
    return pthread_create(&server->thread, NULL, accept_all, server);
}

void loopback_stop(struct loopback *server)
{
    int open = 1;
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (int i = 0; open > 0 && i < 1000; i++) {
        pthread_mutex_lock(&server->mutex);
        open = server->open;
        pthread_mutex_unlock(&server->mutex);
        if (open > 0)
            sleep_ms(10);
    }
}

void loopback_last(struct loopback *server, char text[1024])
{
    pthread_mutex_lock(&server->mutex);
    snprintf(text, 1024, "%s", server->count > 0 ? server->requests[server->count - 1] : "");
    pthread_mutex_unlock(&server->mutex);
}
