/* Uploads: the form around a file, and the sending through libcurl against a server on 127.0.0.1.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "check.h"
#include "http/transport.h"
#include "loopback.h"

static struct loopback server;
static struct mf_transport transport;
static struct mf_error err;
static struct mf_response response;

/* A file that is made while it is read: byte n is n * 7. */
struct file {
    int64_t size;
    int64_t read;
    int64_t ends_at;  /* gives no byte from there on, 0: as announced */
    int64_t fails_at; /* reading fails there, 0: never */
    int64_t sent;     /* by progress */
    int calls;        /* of progress */
    int cancel_after; /* so many calls, 0: never */
};

static int read_file(void *ctx, char *data, size_t size, size_t *got, struct mf_error *error)
{
    struct file *const file = ctx;
    const int64_t end = file->ends_at > 0 ? file->ends_at : file->size;
    if (file->fails_at > 0 && file->read >= file->fails_at)
        return mf_error_set(error, MF_ERR_FILE, "the disk is gone");
    for (*got = 0; *got < size && file->read < end; file->read++)
        data[(*got)++] = (char)(file->read * 7);
    return 0;
}

static int report(void *ctx, int64_t sent, int64_t size)
{
    struct file *const file = ctx;
    CHECK(sent >= file->sent && sent <= size);
    file->sent = sent;
    file->calls++;
    return file->cancel_after > 0 && file->calls >= file->cancel_after;
}

static unsigned sum_of(int64_t size)
{
    unsigned sum = 0;
    for (int64_t i = 0; i < size; i++)
        sum = sum * 31 + (unsigned char)(i * 7);
    return sum;
}

static struct mf_upload upload_of(struct file *file)
{
    return (struct mf_upload){
        .ctx = file, .size = file->size, .read = read_file, .progress = report};
}

/* Sends a file as the whole body. Returns 0 or the kind of the error. */
static int send_file(const char *path, struct file *file)
{
    char url[200];
    const struct mf_upload upload = upload_of(file);
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    const struct mf_request request = {.method = "POST",
                                       .url = url,
                                       .authorization = "Basic abc",
                                       .upload = &upload,
                                       .content_type = "image/tiff"};
    mf_error_init(&err);
    const int failed = transport.perform(transport.ctx, &request, &response, &err);
    CHECK(!failed || err.message[0] != '\0');
    return failed ? (int)err.kind : 0;
}

static int connections(void)
{
    pthread_mutex_lock(&server.mutex);
    const int count = server.connections;
    pthread_mutex_unlock(&server.mutex);
    return count;
}

/* ---- sending ------------------------------------------------------------------------------- */

static void check_whole(const char *path, int64_t size)
{
    char wanted[100];
    struct file file = {.size = size};
    snprintf(wanted, sizeof wanted, "%lld %u", (long long)size, sum_of(size));
    CHECK_NUMBER(send_file(path, &file), 0);
    CHECK_NUMBER(response.status, 200);
    CHECK_TEXT(response.body, wanted);
    CHECK_NUMBER(response.upload_unsent, 0);
    CHECK_NUMBER(response.request_sent, 1);
}

static void test_whole(void)
{
    char seen[1024];
    const int before = connections();
    check_whole("/upload", 1);
    loopback_last(&server, seen);
    CHECK_HOLDS(seen, "POST /upload HTTP/1.1\r\n");
    CHECK_HOLDS(seen, "Content-Length: 1\r\n");
    CHECK_HOLDS(seen, "Content-Type: image/tiff\r\n");
    CHECK_HOLDS(seen, "Authorization: Basic abc\r\n");
    CHECK_LACKS(seen, "Expect");
    check_whole("/upload", 1000000);
    CHECK_NUMBER(connections(), before + 2); /* a connection each */
    check_whole("/upload-100", 20000000);
    loopback_last(&server, seen);
    CHECK_HOLDS(seen, "Expect: 100-continue\r\n");
    check_whole("/upload-no-100", 2000000);
}

/* After a 417 the body goes without being announced. */
static void test_expectation_failed(void)
{
    char seen[1024];
    const int before = connections();
    check_whole("/upload-417-closed", 2000000);
    loopback_last(&server, seen);
    CHECK_LACKS(seen, "Expect");
    check_whole("/upload-417", 2000000);
    loopback_last(&server, seen);
    CHECK_LACKS(seen, "Expect");
    CHECK(connections() <= before + 4);
}

/* An answer in the middle is the outcome. */
static void test_early(void)
{
    struct file file = {.size = 300000000};
    CHECK_NUMBER(send_file("/upload-early", &file), 0);
    CHECK_NUMBER(response.status, 413);
    CHECK_TEXT(response.body, "much");
    CHECK(response.upload_unsent > 0);
    CHECK(file.read < 100000000);
    file.read = file.sent = 0;
    CHECK_NUMBER(send_file("/upload-refused", &file), 0);
    CHECK_NUMBER(response.status, 401);
    CHECK_NUMBER(file.read, 0);
    /* A connection that ends with bytes on their way may take the answer with it. */
    file.read = file.sent = 0;
    const int outcome = send_file("/upload-early-closed", &file);
    CHECK(outcome == MF_ERR_NETWORK || (outcome == 0 && response.status == 413));
    CHECK(response.upload_unsent > 0);
}

static void test_broken(void)
{
    struct file file = {.size = 50000000};
    CHECK_NUMBER(send_file("/upload-reset", &file), MF_ERR_NETWORK);
    CHECK(response.upload_unsent > 0);
    CHECK_NUMBER(response.request_sent, 1);
    file = (struct file){.size = 3000, .ends_at = 1000};
    CHECK_NUMBER(send_file("/upload", &file), MF_ERR_FILE);
    CHECK_HOLDS(err.message, "after 1000 of 3000 bytes");
    CHECK(response.upload_unsent > 0);
    file = (struct file){.size = 5000000, .fails_at = 1000};
    CHECK_NUMBER(send_file("/upload", &file), MF_ERR_FILE);
    CHECK_TEXT(err.message, "the disk is gone");
}

/* ---- cancelling ---------------------------------------------------------------------------- */

static int is_cancelled(void *ctx)
{
    return mf_clock_monotonic() > *(const double *)ctx;
}

static void test_cancel(void)
{
    static const char *const paths[] = {"/upload-stalls", "/upload-unanswered"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct file file = {.size = i == 0 ? 50000000 : 500000, .cancel_after = 3};
        CHECK_NUMBER(send_file(paths[i], &file), MF_ERR_CANCELLED);
        CHECK_NUMBER(file.calls, 3);
        CHECK_NUMBER(response.upload_unsent > 0, i == 0);
    }
    char url[200];
    double when = mf_clock_monotonic() + 0.1;
    struct file file = {.size = 50000000};
    const struct mf_upload upload = upload_of(&file);
    const struct mf_cancel cancel = {&when, is_cancelled};
    snprintf(url, sizeof url, "http://127.0.0.1:%d/upload-stalls", server.port);
    const struct mf_request request = {
        .method = "POST", .url = url, .upload = &upload, .cancel = &cancel};
    CHECK_NUMBER(transport.perform(transport.ctx, &request, &response, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_CANCELLED);
    CHECK(mf_clock_monotonic() - when < 1.5); /* far below the 2 s of the server */
    CHECK(file.calls > 0);
}

/* ---- the form ------------------------------------------------------------------------------ */

/* Reads a whole form in pieces of `step` bytes. */
static char *read_form(struct mf_multipart *form, size_t step)
{
    char *const text = calloc((size_t)form->body.size + 1, 1);
    size_t at = 0, got = 0;
    do {
        CHECK_NUMBER(form->body.read(form->body.ctx, text + at, step, &got, &err), 0);
        CHECK(got <= step);
        at += got;
    } while (got > 0 && at + step <= (size_t)form->body.size);
    while (at < (size_t)form->body.size &&
           form->body.read(form->body.ctx, text + at, (size_t)form->body.size - at, &got, &err) ==
               0)
        at += got;
    CHECK_NUMBER(at, form->body.size);
    return text;
}

static void test_form(void)
{
    static const size_t steps[] = {1, 7, 100000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct mf_multipart form;
        struct file file = {.size = 9};
        const struct mf_upload upload = upload_of(&file);
        mf_error_init(&err);
        CHECK_NUMBER(
            mf_multipart_init(&form, "Fl\xC3\xBCge 1.tif", &upload, &err), 0);
        char *const text = read_form(&form, steps[i]);
        const char *const boundary = strchr(form.content_type, '=') + 1;
        char wanted[400];
        snprintf(wanted, sizeof wanted,
                 "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Fl\xC3\xBCge "
                 "1.tif\"\r\n"
                 "Content-Type: image/tiff\r\n\r\n",
                 boundary);
        CHECK(strncmp(text, wanted, strlen(wanted)) == 0);
        CHECK(memcmp(text + strlen(wanted) + 1, "\x07\x0e\x15", 3) == 0);
        snprintf(wanted, sizeof wanted, "\r\n--%s--\r\n", boundary);
        CHECK_TEXT(text + form.body.size - strlen(wanted), wanted);
        CHECK_NUMBER(form.body.progress(form.body.ctx, 1, form.body.size), 0);
        CHECK_NUMBER(file.sent, 0);
        form.body.progress(form.body.ctx, (int64_t)form.head_size + 5, form.body.size);
        CHECK_NUMBER(file.sent, 5);
        form.body.progress(form.body.ctx, form.body.size, form.body.size);
        CHECK_NUMBER(file.sent, 9);
        free(text);
    }
}

static void test_form_refusals(void)
{
    static const char *const names[] = {"", "a\"b.tif", "a\\b.tif", "a\r\nb.tif", "\x7f.tif"};
    char too_long[MF_MULTIPART_HEAD_SIZE];
    struct mf_multipart form;
    struct file file = {.size = 5, .fails_at = 1};
    struct mf_upload upload = upload_of(&file);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK_NUMBER(mf_multipart_init(&form, names[i], &upload, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    }
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    CHECK_NUMBER(mf_multipart_init(&form, too_long, &upload, &err), -1);
    char data[2000];
    size_t got = 0;
    upload.progress = NULL;
    CHECK_NUMBER(mf_multipart_init(&form, "a.tif", &upload, &err), 0);
    CHECK_NUMBER(form.body.read(form.body.ctx, data, sizeof data, &got, &err), 0);
    CHECK_NUMBER(form.body.read(form.body.ctx, data, 1, &got, &err), 0);
    CHECK_NUMBER(form.body.read(form.body.ctx, data, 1, &got, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_NUMBER(form.body.progress(form.body.ctx, 1, form.body.size), 0);
}

int main(void)
{
    const struct mf_transport_options options = {.user_agent = "test/1"};
    mf_error_init(&err);
    mf_response_init(&response);
    CHECK_NUMBER(loopback_start(&server), 0);
    CHECK_NUMBER(mf_transport_curl_open(&transport, &options, &err), 0);
    test_form();
    test_form_refusals();
    test_whole();
    test_early();
    test_broken();
    test_cancel();
    test_expectation_failed();
    mf_response_free(&response);
    transport.close(transport.ctx);
    loopback_stop(&server);
    return check_result();
}
