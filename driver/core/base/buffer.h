/* SPDX-License-Identifier: MIT */
/* buffer: a byte array that grows at its end.
 *
 * Zero-initialise; the owner frees `data`.
 *
 * Thread-safety: each belongs to its owner. */
#ifndef MF_BUFFER_H
#define MF_BUFFER_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct mf_buffer {
    char *data;
    size_t size;
    size_t capacity;
};

/* Appends `size` bytes. `data` may be NULL if `size` is 0. Returns -1 if out of memory, and then
 * changes nothing. */
static inline int mf_buffer_append(struct mf_buffer *bytes, const void *data, size_t size)
{
    if (size == 0)
        return 0;
    if (bytes->capacity - bytes->size < size) {
        const size_t capacity = (bytes->size + size) * 2 + 128;
        char *const grown = (char *)realloc(bytes->data, capacity);
        if (grown == NULL)
            return -1;
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return 0;
}

#endif
