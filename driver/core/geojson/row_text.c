/* SPDX-License-Identifier: MIT */
/* Makes strings in the arena of a row: unescaped ones, and values as text. */
#include "geojson/row_text_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"

/* ---- arena ---------------------------------------------------------------------------------- */

#define ARENA_BLOCK 8192

struct mf_arena_block {
    struct mf_arena_block *next; /* older blocks */
    size_t capacity;
    size_t used;
    union {
        double alignment;
        char bytes[1];
    } content;
};

void *mf_row_take(struct mf_row *row, size_t size)
{
    struct mf_arena_block *block = row->arena;
    size = (size + 7) & ~(size_t)7;
    if (block == NULL || block->capacity - block->used < size) {
        const size_t capacity = size > ARENA_BLOCK ? size : ARENA_BLOCK;
        block = malloc(sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        block->next = row->arena;
        block->capacity = capacity;
        block->used = 0;
        row->arena = block;
    }
    void *const taken = block->content.bytes + block->used;
    block->used += size;
    return taken;
}

void mf_row_empty_arena(struct mf_row *row)
{
    if (row->arena == NULL)
        return;
    while (row->arena->next != NULL) {
        struct mf_arena_block *const next = row->arena->next;
        row->arena->next = next->next;
        free(next);
    }
    row->arena->used = 0;
}

void mf_row_free_arena(struct mf_row *row)
{
    while (row->arena != NULL) {
        struct mf_arena_block *const next = row->arena->next;
        free(row->arena);
        row->arena = next;
    }
}

/* ---- strings --------------------------------------------------------------------------------- */

enum mf_parse_status mf_row_characters(struct mf_row *row, const struct mf_span *span,
                                       struct mf_string *out)
{
    if (!span->escaped) {
        *out = (struct mf_string){span->text, span->size};
        return MF_PARSE_OK;
    }
    char *const made = mf_row_take(row, span->size);
    if (made == NULL)
        return MF_PARSE_NO_MEMORY;
    *out = (struct mf_string){made, mf_cursor_unescape(span, made)};
    return MF_PARSE_OK;
}

/* ---- JSON as json-c writes it ---------------------------------------------------------------
 * Text in columns of mixed types: `{ "a": 1, "b": [ true, null ] }`. */

static enum mf_parse_status put(struct mf_buffer *out, const char *data, size_t size)
{
    return mf_buffer_append(out, data, size) == 0 ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
}

static enum mf_parse_status put_string(struct mf_buffer *out, const struct mf_string *string)
{
    static const char named[] = "\b\f\n\r\t\"\\/";
    static const char names[] = "bfnrt\"\\/";
    MF_TRY(put(out, "\"", 1));
    for (size_t i = 0; i < string->size; ++i) {
        const char c = string->text[i];
        const char *const name = c == 0 ? NULL : strchr(named, c);
        char escape[12];
        if (name != NULL)
            MF_TRY(put(out, (const char[]){'\\', names[name - named]}, 2));
        else if ((unsigned char)c < 0x20)
            MF_TRY(
                put(out, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c)));
        else
            MF_TRY(put(out, &c, 1));
    }
    return put(out, "\"", 1);
}

static enum mf_parse_status format_value(struct mf_row *row, struct mf_cursor *t,
                                         struct mf_buffer *out);

static enum mf_parse_status format_list(struct mf_row *row, struct mf_cursor *t,
                                        struct mf_buffer *out)
{
    const char *before = "[ ";
    struct mf_walk walk = mf_cursor_open(t, ']');
    for (; mf_cursor_next(t, &walk); before = ", ") {
        MF_TRY(put(out, before, 2));
        MF_TRY(format_value(row, t, out));
    }
    MF_TRY(walk.status);
    return *before == '[' ? put(out, "[ ]", 3) : put(out, " ]", 2);
}

struct format_member {
    struct mf_string name;
    const char *place;
    const char *value; /* NULL: a repeated name, listed elsewhere */
};

static int compare_places(const void *a, const void *b)
{
    const struct format_member *const one = a, *const other = b;
    return one->place < other->place ? -1 : 1;
}

static int compare_names(const struct format_member *one, const struct format_member *other)
{
    if (one->name.size != other->name.size)
        return one->name.size < other->name.size ? -1 : 1;
    return memcmp(one->name.text, other->name.text, one->name.size);
}

static int compare_members(const void *a, const void *b)
{
    const int order = compare_names(a, b);
    return order != 0 ? order : compare_places(a, b);
}

/* Keeps a repeated name once, at its first place with its last value. */
static void unite_repeated(struct format_member *members, size_t count)
{
    if (count < 2)
        return;
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1, first = 0; i < count; ++i) {
        if (compare_names(&members[i], &members[first]) != 0) {
            first = i;
        } else {
            members[first].value = members[i].value;
            members[i].value = NULL;
        }
    }
    qsort(members, count, sizeof *members, compare_places);
}

/* Lists the members of the object at the cursor. Names live in the arena; the caller frees
 * *members. */
static enum mf_parse_status list_members(struct mf_row *row, struct mf_cursor *t,
                                         struct format_member **members, size_t *count)
{
    size_t capacity = 0;
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk)) {
        struct mf_span key;
        struct mf_string name;
        MF_TRY(mf_cursor_key(t, &key));
        MF_TRY(mf_row_characters(row, &key, &name));
        if (*count == capacity) {
            capacity = capacity * 2 + 8;
            struct format_member *const grown = realloc(*members, capacity * sizeof *grown);
            if (grown == NULL)
                return MF_PARSE_NO_MEMORY;
            *members = grown;
        }
        (*members)[(*count)++] = (struct format_member){name, t->p, t->p};
        MF_TRY(mf_cursor_skip(t));
    }
    unite_repeated(*members, *count);
    return walk.status;
}

static enum mf_parse_status format_members(struct mf_row *row, struct mf_cursor t,
                                           struct mf_buffer *out,
                                           const struct format_member *members, size_t count)
{
    const char *before = "{ ";
    for (size_t i = 0; i < count; ++i) {
        if (members[i].value == NULL)
            continue;
        MF_TRY(put(out, before, 2));
        MF_TRY(put_string(out, &members[i].name));
        MF_TRY(put(out, ": ", 2));
        t.p = members[i].value;
        MF_TRY(format_value(row, &t, out));
        before = ", ";
    }
    return count == 0 ? put(out, "{ }", 3) : put(out, " }", 2);
}

static enum mf_parse_status format_object(struct mf_row *row, struct mf_cursor *t,
                                          struct mf_buffer *out)
{
    struct format_member *members = NULL;
    size_t count = 0;
    enum mf_parse_status status = list_members(row, t, &members, &count);
    if (status == MF_PARSE_OK)
        status = format_members(row, *t, out, members, count);
    free(members);
    return status;
}

static enum mf_parse_status format_number(const struct mf_row *row, struct mf_cursor *t,
                                          struct mf_buffer *out)
{
    struct mf_number number;
    char text[MF_NUMBER_TEXT_SIZE];
    MF_TRY(mf_cursor_number(t, &number));
    if (mf_number_is_real(&number))
        return put(out, text, mf_number_format(mf_number_double(&number), text));
    if (row->schema->exact_integers && mf_number_exceeds_int64(&number))
        return put(out, number.text, number.size);
    return put(out, text,
               (size_t)snprintf(text, sizeof text, "%" PRId64, mf_number_int64(&number)));
}

/* The recursion is bounded: the scanner has checked the nesting. */
static enum mf_parse_status format_value(struct mf_row *row, struct mf_cursor *t,
                                         struct mf_buffer *out)
{
    const char *const start = t->p;
    if (t->p == t->end)
        return MF_PARSE_INCOMPLETE;
    if (*t->p == '{')
        return format_object(row, t, out);
    if (*t->p == '[')
        return format_list(row, t, out);
    if (mf_cursor_at_number(t))
        return format_number(row, t, out);
    if (*t->p == '"') {
        struct mf_string string;
        MF_TRY(mf_row_text(row, t, &string));
        return put_string(out, &string);
    }
    MF_TRY(mf_cursor_skip(t));
    return put(out, start, (size_t)(t->p - start));
}

enum mf_parse_status mf_row_text(struct mf_row *row, struct mf_cursor *t, struct mf_string *string)
{
    if (*t->p == '"') {
        struct mf_span span;
        MF_TRY(mf_cursor_string(t, &span));
        return mf_row_characters(row, &span, string);
    }
    /* The scanner has checked depth and syntax. Check again: no text may cause unbounded
     * recursion. */
    struct mf_cursor probe = *t;
    MF_TRY(mf_cursor_skip(&probe));
    struct mf_buffer out = {NULL, 0, 0};
    enum mf_parse_status status = format_value(row, t, &out);
    char *const made = status == MF_PARSE_OK ? mf_row_take(row, out.size) : NULL;
    if (made != NULL)
        *string = (struct mf_string){memcpy(made, out.data, out.size), out.size};
    else if (status == MF_PARSE_OK)
        status = MF_PARSE_NO_MEMORY;
    free(out.data);
    return status;
}
