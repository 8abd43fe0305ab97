/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/uuid.h"
#include "http/upload.h"

/* Copies the unread rest of a piece of the form that starts at `begin`. */
static size_t copy_piece(const struct mf_multipart *form, const char *piece, size_t piece_size,
                         int64_t begin, char *data, size_t size)
{
    const size_t done = (size_t)(form->at - begin);
    const size_t left = piece_size - done;
    const size_t part = left < size ? left : size;
    memcpy(data, piece + done, part);
    return part;
}

static int read_form(void *ctx, char *data, size_t size, size_t *got, struct mf_error *err)
{
    struct mf_multipart *const form = ctx;
    const int64_t head_end = (int64_t)form->head_size;
    const int64_t file_end = head_end + form->file->size;
    *got = 0;
    if (form->at < head_end) {
        *got = copy_piece(form, form->head, form->head_size, 0, data, size);
    } else if (form->at < file_end) {
        const int64_t left = file_end - form->at;
        const size_t room = left < (int64_t)size ? (size_t)left : size;
        if (form->file->read(form->file->ctx, data, room, got, err) != 0)
            return -1;
    } else {
        *got = copy_piece(form, form->tail, form->tail_size, file_end, data, size);
    }
    form->at += (int64_t)*got;
    return 0;
}

static int report_form(void *ctx, int64_t sent, int64_t size)
{
    const struct mf_multipart *const form = ctx;
    const struct mf_upload *const file = form->file;
    const int64_t of_file = sent - (int64_t)form->head_size;
    (void)size;
    if (file->progress == NULL)
        return 0;
    return file->progress(file->ctx,
                          of_file < 0            ? 0
                          : of_file > file->size ? file->size
                                                 : of_file,
                          file->size);
}

static int check_name(const char *filename, struct mf_error *err)
{
    if (filename[0] == '\0')
        return mf_error_set(err, MF_ERR_ARGUMENT, "A file that is uploaded needs a name");
    for (const char *c = filename; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ' || *c == 0x7F)
            return mf_error_set(err, MF_ERR_ARGUMENT,
                                "The name of an uploaded file must not hold quotes, backslashes or "
                                "control characters: \"%.100s\"",
                                filename);
    }
    return 0;
}

int mf_multipart_init(struct mf_multipart *form, const char *filename, const struct mf_upload *file,
                      struct mf_error *err)
{
    char boundary[MF_UUID_SIZE]; /* random, so that no file holds it */
    memset(form, 0, sizeof *form);
    if (check_name(filename, err) != 0 || mf_uuid_random(boundary, err) != 0)
        return -1;
    const int head = snprintf(form->head, sizeof form->head,
                              "--%s\r\n"
                              "Content-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                              "Content-Type: image/tiff\r\n\r\n",
                              boundary, filename);
    const int tail = snprintf(form->tail, sizeof form->tail, "\r\n--%s--\r\n", boundary);
    if (head < 0 || (size_t)head >= sizeof form->head)
        return mf_error_set(err, MF_ERR_ARGUMENT, "The name of an uploaded file is too long");
    snprintf(form->content_type, sizeof form->content_type, "multipart/form-data; boundary=%s",
             boundary);
    form->file = file;
    form->head_size = (size_t)head;
    form->tail_size = (size_t)tail;
    form->body = (struct mf_upload){
        .ctx = form, .size = head + file->size + tail, .read = read_form, .progress = report_form};
    return 0;
}
