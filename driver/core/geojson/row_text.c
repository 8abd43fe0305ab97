/* What a row has to make, in its arena: characters of strings, and texts of values. */
#include "geojson/row_text_internal.h"

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

/* ---- texts ---------------------------------------------------------------------------------- */

enum mf_parse_status mf_row_characters(struct mf_row *row, const struct mf_span *span,
                                       struct mf_string *out)
{
    if (!span->escaped) {
        *out = (struct mf_string){span->text, span->size};
        return 0;
    }
    char *const made = mf_row_take(row, span->size);
    if (made == NULL)
        return MF_PARSE_NO_MEMORY;
    *out = (struct mf_string){made, mf_cursor_unescape(span, made)};
    return 0;
}

/* ---- JSON as json-c writes it ---------------------------------------------------------------
 * Text in columns of mixed types: `{ "a": 1, "b": [ true, null ] }`. */

static enum mf_parse_status text_put(struct mf_buffer *out, const char *data, size_t size)
{
    return mf_buffer_append(out, data, size) != 0 ? MF_PARSE_NO_MEMORY : 0;
}

static enum mf_parse_status text_put_string(struct mf_buffer *out, const char *data, size_t size)
{
    static const char named[] = "\b\f\n\r\t\"\\/";
    static const char names[] = "bfnrt\"\\/";
    enum mf_parse_status failed = text_put(out, "\"", 1);
    for (size_t i = 0; i < size && !failed; ++i) {
        const unsigned char c = (unsigned char)data[i];
        const char *const name = c == 0 ? NULL : strchr(named, c);
        if (name != NULL) {
            const char escape[2] = {'\\', names[name - named]};
            failed = text_put(out, escape, 2);
        } else if (c < 0x20) {
            static const char hex[] = "0123456789abcdef";
            const char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            failed = text_put(out, escape, 6);
        } else {
            failed = text_put(out, data + i, 1);
        }
    }
    return failed || text_put(out, "\"", 1) ? MF_PARSE_NO_MEMORY : 0;
}

static size_t format_integer(int64_t value, char text[MF_NUMBER_TEXT_SIZE])
{
    char digits[24];
    size_t count = 0, size = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0)
        text[size++] = '-';
    while (count > 0)
        text[size++] = digits[--count];
    return size;
}

static size_t format_number(const struct mf_number *number, char text[MF_NUMBER_TEXT_SIZE])
{
    return mf_number_is_real(number) ? mf_number_format(mf_number_double(number), text)
                                     : format_integer(mf_number_int64(number), text);
}

static enum mf_parse_status format_value(struct mf_row *row, struct mf_cursor *t,
                                         struct mf_buffer *out);

static enum mf_parse_status format_list(struct mf_row *row, struct mf_cursor *t,
                                        struct mf_buffer *out)
{
    int first = 1, failed = text_put(out, "[", 1);
    enum mf_parse_status status;
    ++t->p;
    for (int nth = 0; !failed && mf_cursor_next(t, ']', &first, &status); ++nth) {
        failed = text_put(out, nth == 0 ? " " : ", ", nth == 0 ? 1 : 2);
        if (!failed)
            failed = format_value(row, t, out);
    }
    if (failed)
        return failed;
    return status != MF_PARSE_OK ? status : text_put(out, " ]", 2);
}

struct format_member {
    struct mf_string name;
    const char *place;
    const char *value; /* NULL: of a repeated name, which stands elsewhere */
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

/* A name that is repeated is there once, at its first place with its last value. */
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

/* Lists the members of the object at the cursor. The names live in the arena, the list in the
 * caller's buffer. */
static enum mf_parse_status list_members(struct mf_row *row, struct mf_cursor *t,
                                         struct format_member **members, size_t *count)
{
    size_t capacity = 0;
    int first = 1;
    enum mf_parse_status status;
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        struct mf_span key;
        struct mf_string name;
        status = mf_cursor_key(t, &key);
        if (status != MF_PARSE_OK)
            return status;
        if (mf_row_characters(row, &key, &name) != 0)
            return MF_PARSE_NO_MEMORY;
        if (*count == capacity) {
            capacity = capacity * 2 + 8;
            struct format_member *const grown = realloc(*members, capacity * sizeof *grown);
            if (grown == NULL)
                return MF_PARSE_NO_MEMORY;
            *members = grown;
        }
        (*members)[(*count)++] = (struct format_member){name, t->p, t->p};
        status = mf_cursor_skip(t);
        if (status != MF_PARSE_OK)
            return status;
    }
    unite_repeated(*members, *count);
    return status;
}

static enum mf_parse_status format_member(struct mf_row *row, struct mf_cursor *t,
                                          struct mf_buffer *out, const struct format_member *member,
                                          int is_first)
{
    enum mf_parse_status failed = text_put(out, is_first ? " " : ", ", is_first ? 1 : 2);
    if (!failed)
        failed = text_put_string(out, member->name.text, member->name.size);
    if (!failed)
        failed = text_put(out, ": ", 2);
    t->p = member->value;
    return failed ? failed : format_value(row, t, out);
}

static enum mf_parse_status format_object(struct mf_row *row, struct mf_cursor *t,
                                          struct mf_buffer *out)
{
    struct format_member *members = NULL;
    size_t count = 0;
    enum mf_parse_status failed = list_members(row, t, &members, &count);
    const char *const behind = t->p;
    if (!failed)
        failed = text_put(out, "{", 1);
    for (size_t i = 0; i < count && !failed; ++i) {
        if (members[i].value != NULL)
            failed = format_member(row, t, out, &members[i], i == 0);
    }
    t->p = behind;
    free(members);
    return failed ? failed : text_put(out, " }", 2);
}

static enum mf_parse_status format_scalar(struct mf_row *row, struct mf_cursor *t,
                                          struct mf_buffer *out)
{
    const char *const start = t->p;
    if (*start == '"') {
        struct mf_span span;
        struct mf_string string;
        const enum mf_parse_status status = mf_cursor_string(t, &span);
        if (status != MF_PARSE_OK)
            return status;
        return mf_row_characters(row, &span, &string) != 0
                   ? MF_PARSE_NO_MEMORY
                   : text_put_string(out, string.text, string.size);
    }
    if (mf_cursor_at_number(t)) {
        struct mf_number number;
        char text[MF_NUMBER_TEXT_SIZE];
        const enum mf_parse_status status = mf_cursor_number(t, &number);
        return status != MF_PARSE_OK ? status : text_put(out, text, format_number(&number, text));
    }
    const enum mf_parse_status status = mf_cursor_skip(t);
    return status != MF_PARSE_OK ? status : text_put(out, start, (size_t)(t->p - start));
}

/* The nesting is bounded: the scanner has let it through. */
static enum mf_parse_status format_value(struct mf_row *row, struct mf_cursor *t,
                                         struct mf_buffer *out)
{
    if (t->p == t->end)
        return MF_PARSE_INCOMPLETE;
    if (*t->p == '{')
        return format_object(row, t, out);
    return *t->p == '[' ? format_list(row, t, out) : format_scalar(row, t, out);
}

enum mf_parse_status mf_row_text(struct mf_row *row, struct mf_cursor *t, struct mf_string *string)
{
    if (*t->p == '"') {
        struct mf_span span;
        const enum mf_parse_status status = mf_cursor_string(t, &span);
        return status != MF_PARSE_OK ? status : mf_row_characters(row, &span, string);
    }
    /* Depth and form were checked by the scanner; checked again here, so that no text can make this
     * recurse without end. */
    struct mf_cursor probe = *t;
    const enum mf_parse_status status = mf_cursor_skip(&probe);
    if (status != MF_PARSE_OK)
        return status;
    struct mf_buffer out = {NULL, 0, 0};
    enum mf_parse_status failed = format_value(row, t, &out);
    char *const made = failed ? NULL : mf_row_take(row, out.size);
    if (made != NULL) {
        if (out.size > 0)
            memcpy(made, out.data, out.size);
        *string = (struct mf_string){made, out.size};
    } else if (!failed) {
        failed = MF_PARSE_NO_MEMORY;
    }
    free(out.data);
    return failed;
}
