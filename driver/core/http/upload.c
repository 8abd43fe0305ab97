/* SPDX-License-Identifier: MIT */
#include "http/upload_internal.h"

/* Bytes that libcurl asks for at once. */
static const long block_size = 512L << 10;

static size_t on_read(char *data, size_t one, size_t room, void *ctx)
{
    struct mf_upload_run *const run = ctx;
    const int64_t left = mf_upload_left(run);
    size_t got = 0;
    (void)one;
    if (left <= 0)
        return 0;
    const size_t size = left < (int64_t)room ? (size_t)left : room;
    run->has_failed = run->upload->read(run->upload->ctx, data, size, &got, run->err) != 0;
    if (!run->has_failed && got == 0) {
        run->has_failed = true;
        mf_error_set(run->err, MF_ERR_FILE, "The file ended after %lld of %lld bytes",
                     (long long)run->given, (long long)run->upload->size);
    }
    run->given += (int64_t)got;
    return run->has_failed ? CURL_READFUNC_ABORT : got;
}

void mf_upload_set_options(CURL *easy, struct mf_upload_run *run)
{
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)run->upload->size);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, run);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, block_size);
}

bool mf_upload_must_stop(struct mf_upload_run *run, CURL *easy)
{
    curl_off_t sent = 0;
    if (run->upload == NULL)
        return false;
    if (mf_upload_left(run) == 0 && !run->waits_for_answer) {
        run->waits_for_answer = true;
        curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)MF_UPLOAD_ANSWER_TIME);
    }
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (run->upload->progress == NULL ||
        run->upload->progress(run->upload->ctx, sent, run->upload->size) == 0)
        return false;
    mf_error_set(run->err, MF_ERR_CANCELLED, "Cancelled");
    return true;
}

int64_t mf_upload_left(const struct mf_upload_run *run)
{
    return run->upload != NULL ? run->upload->size - run->given : 0;
}
