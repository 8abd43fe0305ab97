/* Rows: one feature, decoded from its text. Values that need no conversion point into the text;
 * what has to be made lives in an arena that is emptied with every row. */
#include <math.h>
#include <stdlib.h>

#include "geojson_geometry.h"

/* How a step of decoding ended, beside the lexer's verdicts. */
enum { NO_MEMORY = -2 };

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

static void *arena_take(struct mf_row *row, size_t size)
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

/* Keeps the newest block for the next row. */
static void arena_empty(struct mf_row *row)
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

/* ---- JSON as json-c writes it ---------------------------------------------------------------
 * Text in columns of mixed types: `{ "a": 1, "b": [ true, null ] }`. */

struct text {
    char *data;
    size_t size;
    size_t capacity;
};

static int text_put(struct text *out, const char *data, size_t size)
{
    if (size == 0)
        return 0;
    if (out->capacity - out->size < size) {
        const size_t capacity = (out->size + size) * 2 + 128;
        char *const grown = realloc(out->data, capacity);
        if (grown == NULL)
            return NO_MEMORY;
        out->data = grown;
        out->capacity = capacity;
    }
    memcpy(out->data + out->size, data, size);
    out->size += size;
    return 0;
}

static int text_put_string(struct text *out, const char *data, size_t size)
{
    static const char named[] = "\b\f\n\r\t\"\\/";
    static const char names[] = "bfnrt\"\\/";
    int failed = text_put(out, "\"", 1);
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
    return failed || text_put(out, "\"", 1) ? NO_MEMORY : 0;
}

/* The characters of a string: in the text itself, or made in the arena. */
static int string_characters(struct mf_row *row, const struct mf_span *span, struct mf_string *out)
{
    if (!span->escaped) {
        *out = (struct mf_string){span->text, span->size};
        return 0;
    }
    char *const made = arena_take(row, span->size);
    if (made == NULL)
        return NO_MEMORY;
    *out = (struct mf_string){made, mf_text_unescape(span, made)};
    return 0;
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

/* GDAL takes a number whose exponent has four characters or more and overflows for the integer that
 * stands before the 'e'; everything else with a fraction or an exponent is real. */
static int is_real(const struct mf_number *number)
{
    return number->real && !(number->exponent_digits > 3 && isinf(mf_number_double(number)));
}

static int64_t integer_of(const struct mf_number *number)
{
    if (!number->real)
        return mf_number_int64(number);
    struct mf_number leading;
    size_t size = 0;
    while (size < number->size && strchr(".eE", number->text[size]) == NULL)
        ++size;
    char buffer[64];
    size = size < sizeof buffer - 1 ? size : sizeof buffer - 1;
    memcpy(buffer, number->text, size);
    buffer[size] = ' ';
    mf_number_lex(buffer, buffer + size + 1, &leading);
    return mf_number_int64(&leading);
}

static size_t format_number(const struct mf_number *number, char text[MF_NUMBER_TEXT_SIZE])
{
    return is_real(number) ? mf_number_format(mf_number_double(number), text)
                           : format_integer(integer_of(number), text);
}

static int format_value(struct mf_row *row, struct mf_text *t, struct text *out);

static int format_list(struct mf_row *row, struct mf_text *t, struct text *out)
{
    int first = 1, failed = text_put(out, "[", 1);
    enum mf_lex lex;
    ++t->p;
    for (int nth = 0; !failed && mf_text_next(t, ']', &first, &lex); ++nth) {
        failed = text_put(out, nth == 0 ? " " : ", ", nth == 0 ? 1 : 2);
        if (!failed)
            failed = format_value(row, t, out);
    }
    if (failed)
        return failed;
    return lex != MF_LEX_OK ? (int)lex : text_put(out, " ]", 2);
}

struct format_member {
    struct mf_string name;
    const char *value;
};

/* Lists the members of the object at the cursor: a repeated name once, at its first place with its
 * last value. The names live in the arena, the list in the caller's buffer. */
static int list_members(struct mf_row *row, struct mf_text *t, struct format_member **members,
                        size_t *count)
{
    size_t capacity = 0;
    int first = 1;
    enum mf_lex lex;
    ++t->p;
    while (mf_text_next(t, '}', &first, &lex)) {
        struct mf_span key;
        struct mf_string name;
        lex = mf_text_key(t, &key);
        if (lex != MF_LEX_OK)
            return (int)lex;
        if (string_characters(row, &key, &name) != 0)
            return NO_MEMORY;
        size_t i = 0;
        while (i < *count && ((*members)[i].name.size != name.size ||
                              memcmp((*members)[i].name.text, name.text, name.size) != 0))
            ++i;
        if (i == capacity) {
            capacity = capacity * 2 + 8;
            struct format_member *const grown = realloc(*members, capacity * sizeof *grown);
            if (grown == NULL)
                return NO_MEMORY;
            *members = grown;
        }
        *count += i == *count;
        (*members)[i] = (struct format_member){name, t->p};
        lex = mf_text_skip(t);
        if (lex != MF_LEX_OK)
            return (int)lex;
    }
    return (int)lex;
}

static int format_object(struct mf_row *row, struct mf_text *t, struct text *out)
{
    struct format_member *members = NULL;
    size_t count = 0;
    int failed = list_members(row, t, &members, &count);
    const char *const behind = t->p;
    if (!failed)
        failed = text_put(out, "{", 1);
    for (size_t i = 0; i < count && !failed; ++i) {
        failed = text_put(out, i == 0 ? " " : ", ", i == 0 ? 1 : 2);
        if (!failed)
            failed = text_put_string(out, members[i].name.text, members[i].name.size);
        if (!failed)
            failed = text_put(out, ": ", 2);
        t->p = members[i].value;
        if (!failed)
            failed = format_value(row, t, out);
    }
    t->p = behind;
    free(members);
    return failed ? failed : text_put(out, " }", 2);
}

static int format_scalar(struct mf_row *row, struct mf_text *t, struct text *out)
{
    const char *const start = t->p;
    if (*start == '"') {
        struct mf_span span;
        struct mf_string string;
        const enum mf_lex lex = mf_text_string(t, &span);
        if (lex != MF_LEX_OK)
            return (int)lex;
        return string_characters(row, &span, &string) != 0
                   ? NO_MEMORY
                   : text_put_string(out, string.text, string.size);
    }
    if (*start == '-' || (*start >= '0' && *start <= '9')) {
        struct mf_number number;
        char text[MF_NUMBER_TEXT_SIZE];
        const enum mf_lex lex = mf_text_number(t, &number);
        return lex != MF_LEX_OK ? (int)lex : text_put(out, text, format_number(&number, text));
    }
    const enum mf_lex lex = mf_text_skip(t);
    return lex != MF_LEX_OK ? (int)lex : text_put(out, start, (size_t)(t->p - start));
}

/* The nesting is bounded: the scanner has let it through. */
static int format_value(struct mf_row *row, struct mf_text *t, struct text *out)
{
    if (t->p == t->end)
        return MF_LEX_MORE;
    if (*t->p == '{')
        return format_object(row, t, out);
    return *t->p == '[' ? format_list(row, t, out) : format_scalar(row, t, out);
}

/* Any value but null as text: a string as it is, all else as json-c writes it. */
static int read_as_text(struct mf_row *row, struct mf_text *t, struct mf_string *string)
{
    if (*t->p == '"') {
        struct mf_span span;
        const enum mf_lex lex = mf_text_string(t, &span);
        return lex != MF_LEX_OK ? (int)lex : string_characters(row, &span, string);
    }
    /* Depth and form were checked by the scanner; checked again here, so that no text can make this
     * recurse without end. */
    struct mf_text probe = *t;
    const enum mf_lex lex = mf_text_skip(&probe);
    if (lex != MF_LEX_OK)
        return (int)lex;
    struct text out = {NULL, 0, 0};
    int failed = format_value(row, t, &out);
    char *const made = failed ? NULL : arena_take(row, out.size);
    if (made != NULL) {
        if (out.size > 0)
            memcpy(made, out.data, out.size);
        *string = (struct mf_string){made, out.size};
    } else if (!failed) {
        failed = NO_MEMORY;
    }
    free(out.data);
    return failed;
}

/* ---- typed values --------------------------------------------------------------------------- */

static int64_t limit_to_int32(int64_t value)
{
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value;
}

/* A number or boolean, as integer or as real. Returns a verdict; *is_scalar is 0, and the value is
 * skipped, when it is something else. */
static enum mf_lex read_scalar(struct mf_text *t, int as_real, int64_t *integer, double *real,
                               int *is_scalar)
{
    const char c = *t->p;
    *is_scalar = 1;
    if (c == 't' || c == 'f') {
        *integer = c == 't';
        *real = (double)*integer;
        return c == 't' ? mf_text_literal(t, "true", 4) : mf_text_literal(t, "false", 5);
    }
    if (c != '-' && (c < '0' || c > '9')) {
        *is_scalar = 0;
        *integer = 0;
        *real = 0;
        return mf_text_skip(t);
    }
    struct mf_number number;
    const enum mf_lex lex = mf_text_number(t, &number);
    if (lex != MF_LEX_OK)
        return lex;
    if (is_real(&number)) {
        *real = mf_number_double(&number);
        *integer = *real >= 9.2e18 ? INT64_MAX : *real <= -9.2e18 ? INT64_MIN : (int64_t)*real;
    } else {
        *integer = integer_of(&number);
        if (as_real)
            *real = (double)*integer;
    }
    return MF_LEX_OK;
}

static int read_number(struct mf_text *t, enum mf_field_type type, struct mf_value *value)
{
    int64_t integer;
    double real;
    int is_scalar;
    const enum mf_lex lex = read_scalar(t, type == MF_FIELD_REAL, &integer, &real, &is_scalar);
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (type == MF_FIELD_REAL) {
        value->kind = MF_VALUE_REAL;
        value->as.real = real;
    } else {
        value->kind = MF_VALUE_INTEGER;
        value->as.integer = type == MF_FIELD_INTEGER ? limit_to_int32(integer) : integer;
    }
    return 0;
}

/* Counts the elements of the list at the cursor, which stays. */
static int count_items(const struct mf_text *list, size_t *count)
{
    struct mf_text t = *list;
    int first = 1;
    enum mf_lex lex;
    *count = 0;
    ++t.p;
    while (mf_text_next(&t, ']', &first, &lex)) {
        lex = mf_text_skip(&t);
        if (lex != MF_LEX_OK)
            return (int)lex;
        ++*count;
    }
    return (int)lex;
}

/* A list of numbers; a single number or boolean is a list of one. */
static int read_number_list(struct mf_row *row, struct mf_text *t, enum mf_field_type type,
                            struct mf_value *value)
{
    const int as_real = type == MF_FIELD_REAL_LIST;
    size_t count = 1;
    const int is_list = *t->p == '[';
    if (is_list) {
        const int failed = count_items(t, &count);
        if (failed)
            return failed;
    }
    int64_t *const integers = arena_take(row, (count + 1) * sizeof *integers);
    if (integers == NULL)
        return NO_MEMORY;
    double *const reals = (double *)(void *)integers;
    int first = 1, is_scalar = 1;
    enum mf_lex lex = MF_LEX_OK;
    t->p += is_list;
    for (size_t i = 0; is_list ? mf_text_next(t, ']', &first, &lex) : i < count; ++i) {
        int64_t integer;
        double real;
        lex = read_scalar(t, as_real, &integer, &real, &is_scalar);
        if (lex != MF_LEX_OK)
            return (int)lex;
        if (as_real)
            reals[i] = real;
        else
            integers[i] = type == MF_FIELD_INTEGER_LIST ? limit_to_int32(integer) : integer;
    }
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (!is_list && !is_scalar)
        return 0;
    value->kind = as_real ? MF_VALUE_REAL_LIST : MF_VALUE_INTEGER_LIST;
    value->count = count;
    if (as_real)
        value->as.reals = reals;
    else
        value->as.integers = integers;
    return 0;
}

/* A list of texts, up to its first null. What is no list stays a single text. */
static int read_string_list(struct mf_row *row, struct mf_text *t, struct mf_value *value)
{
    size_t count;
    int failed = count_items(t, &count);
    if (failed)
        return failed;
    struct mf_string *const strings = arena_take(row, (count + 1) * sizeof *strings);
    if (strings == NULL)
        return NO_MEMORY;
    int first = 1, at_null = 0;
    enum mf_lex lex;
    count = 0;
    ++t->p;
    while (mf_text_next(t, ']', &first, &lex)) {
        at_null |= *t->p == 'n';
        failed = at_null ? (int)mf_text_skip(t) : read_as_text(row, t, &strings[count]);
        if (failed)
            return failed;
        count += !at_null;
    }
    value->kind = MF_VALUE_STRING_LIST;
    value->count = count;
    value->as.strings = strings;
    return (int)lex;
}

static int read_text(struct mf_row *row, struct mf_text *t, struct mf_value *value)
{
    struct mf_string string;
    const int failed = read_as_text(row, t, &string);
    if (!failed) {
        value->kind = MF_VALUE_STRING;
        value->count = string.size;
        value->as.text = string.text;
    }
    return failed;
}

static int read_value(struct mf_row *row, struct mf_text *t, enum mf_field_type type,
                      struct mf_value *value)
{
    value->kind = MF_VALUE_UNSET;
    if (*t->p == 'n') {
        value->kind = MF_VALUE_NULL;
        return (int)mf_text_literal(t, "null", 4);
    }
    switch (type) {
    case MF_FIELD_INTEGER:
    case MF_FIELD_INTEGER64:
    case MF_FIELD_REAL:
        return read_number(t, type, value);
    case MF_FIELD_INTEGER_LIST:
    case MF_FIELD_INTEGER64_LIST:
    case MF_FIELD_REAL_LIST:
        return read_number_list(row, t, type, value);
    case MF_FIELD_STRING_LIST:
        return *t->p == '[' ? read_string_list(row, t, value) : read_text(row, t, value);
    default:
        return read_text(row, t, value);
    }
}

/* ---- features ------------------------------------------------------------------------------- */

static int same_name(const struct mf_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* The field of a key, -1 when there is none. Most features list their properties in one order. */
static int field_of(struct mf_row *row, const struct mf_string *name)
{
    const struct mf_schema *const schema = row->schema;
    if (row->guess < schema->field_count &&
        same_name(&schema->fields[row->guess], name->text, name->size))
        return row->guess++;
    const int field = mf_schema_find(schema, name->text, name->size);
    if (field >= 0)
        row->guess = field + 1;
    return field;
}

/* Reads the key at the cursor. *field is -1 when it names none. */
static int read_key(struct mf_row *row, struct mf_text *t, int *field)
{
    const struct mf_schema *const schema = row->schema;
    if (row->guess < schema->field_count && schema->fields[row->guess].is_plain &&
        mf_text_key_is(t, schema->fields[row->guess].name, schema->fields[row->guess].name_size)) {
        *field = row->guess++;
        return 0;
    }
    struct mf_span key;
    struct mf_string name;
    const enum mf_lex lex = mf_text_key(t, &key);
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (string_characters(row, &key, &name) != 0)
        return NO_MEMORY;
    *field = field_of(row, &name);
    return 0;
}

/* Reads `"key": value` into the field of that name. With `as_text`, whatever the field's type, the
 * value is handed over as text. */
static int read_member(struct mf_row *row, struct mf_text *t, int as_text)
{
    int field;
    const int failed = read_key(row, t, &field);
    if (failed)
        return failed;
    if (field < 0 || !row->wanted[field])
        return (int)mf_text_skip(t);
    struct mf_value *const value = &row->values[field];
    if (as_text && *t->p != 'n')
        return read_text(row, t, value);
    return read_value(row, t, row->schema->fields[field].type, value);
}

static int read_properties(struct mf_row *row, struct mf_text *t)
{
    int first = 1;
    enum mf_lex lex;
    row->guess = 0;
    ++t->p;
    while (mf_text_next(t, '}', &first, &lex)) {
        const int failed = read_member(row, t, 0);
        if (failed)
            return failed;
    }
    return (int)lex;
}

/* Where the members that matter stand in a feature; the rules are those of the scanner. */
struct places {
    struct mf_span properties_key;
    struct mf_span id_key;
    struct mf_span null_geometry_key;
    const char *id;
    int has_properties; /* and they are not null */
};

static int first_spelling(struct mf_span *known, const struct mf_span *key)
{
    if (known->text == NULL)
        *known = *key;
    return known->size == key->size && memcmp(known->text, key->text, key->size) == 0;
}

static void forget_values(struct mf_row *row)
{
    for (int i = 0; i < row->schema->field_count; ++i)
        row->values[i].kind = MF_VALUE_UNSET;
}

static enum mf_lex read_row_geometry(struct mf_row *row, struct mf_text *t,
                                     const struct mf_span *key, struct places *places)
{
    if (*t->p == 'n') {
        places->null_geometry_key = *key;
        return mf_text_literal(t, "null", 4);
    }
    if (places->null_geometry_key.text != NULL && first_spelling(&places->null_geometry_key, key))
        places->null_geometry_key.text = NULL;
    if (!row->wants_geometry)
        return mf_text_skip(t);
    struct mf_wkb wkb = {.data = row->wkb,
                         .capacity = row->wkb_capacity,
                         .has_z = row->has_z,
                         .empty_polygons = row->schema->empty_polygons};
    const enum mf_lex lex = mf_geometry_read(t, &wkb);
    row->wkb = wkb.data;
    row->wkb_capacity = wkb.capacity;
    row->wkb_size = wkb.size;
    row->geometry = wkb.out_of_memory ? NO_MEMORY : wkb.type;
    row->has_z = wkb.has_z;
    return lex;
}

static int read_feature_member(struct mf_row *row, struct mf_text *t, struct places *places)
{
    struct mf_span key;
    const enum mf_lex lex = mf_text_key(t, &key);
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (mf_span_equals_nocase(&key, "geometry", 8))
        return (int)read_row_geometry(row, t, &key, places);
    if (mf_span_equals_nocase(&key, "properties", 10) &&
        first_spelling(&places->properties_key, &key)) {
        forget_values(row);
        places->has_properties = *t->p != 'n';
        return *t->p == '{' ? read_properties(row, t) : (int)mf_text_skip(t);
    }
    if (mf_span_equals_nocase(&key, "id", 2) && first_spelling(&places->id_key, &key))
        places->id = t->p;
    return (int)mf_text_skip(t);
}

/* A feature without properties: each of its members that is named like a field is its value. */
static int read_flat(struct mf_row *row, struct mf_text t)
{
    int first = 1;
    enum mf_lex lex;
    row->guess = 0;
    ++t.p;
    while (mf_text_next(&t, '}', &first, &lex)) {
        const int failed = read_member(row, &t, 1);
        if (failed)
            return failed;
    }
    return (int)lex;
}

static int fill_id(struct mf_row *row, const struct places *places, const char *end)
{
    if (!row->schema->fill_id || places->id == NULL || *places->id == 'n')
        return 0;
    const int field = mf_schema_find(row->schema, "id", 2);
    if (field < 0 || !row->wanted[field] || row->values[field].kind != MF_VALUE_UNSET)
        return 0;
    /* A text does not fit a property `id` of numbers: it stays unset there. */
    struct mf_text t = {places->id, end, ""};
    const enum mf_field_type type = row->schema->fields[field].type;
    const int is_number = *t.p == '-' || (*t.p >= '0' && *t.p <= '9');
    if (is_number && (type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER64))
        return read_value(row, &t, type, &row->values[field]);
    return type == MF_FIELD_STRING ? read_text(row, &t, &row->values[field]) : 0;
}

static int read_row(struct mf_row *row, struct mf_text *t)
{
    const struct mf_text whole = *t;
    struct places places;
    int first = 1;
    enum mf_lex lex;
    if (mf_text_peek(t) != '{')
        return MF_LEX_BAD;
    memset(&places, 0, sizeof places);
    ++t->p;
    while (mf_text_next(t, '}', &first, &lex)) {
        const int failed = read_feature_member(row, t, &places);
        if (failed)
            return failed;
    }
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (row->geometry == NO_MEMORY)
        return NO_MEMORY;
    if (places.null_geometry_key.text != NULL)
        row->geometry = MF_GEOMETRY_NONE;
    const int failed = places.has_properties ? 0 : read_flat(row, whole);
    return failed ? failed : fill_id(row, &places, t->p);
}

int mf_row_init(struct mf_row *row, const struct mf_schema *schema, struct mf_error *err)
{
    memset(row, 0, sizeof *row);
    row->schema = schema;
    row->wants_geometry = 1;
    row->values = calloc((size_t)schema->field_count + 1, sizeof *row->values);
    row->wanted = malloc((size_t)schema->field_count + 1);
    if (row->values == NULL || row->wanted == NULL) {
        mf_row_free(row);
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    }
    memset(row->wanted, 1, (size_t)schema->field_count + 1);
    return 0;
}

void mf_row_free(struct mf_row *row)
{
    if (row == NULL)
        return;
    while (row->arena != NULL) {
        struct mf_arena_block *const next = row->arena->next;
        free(row->arena);
        row->arena = next;
    }
    free(row->values);
    free(row->wanted);
    free(row->wkb);
    memset(row, 0, sizeof *row);
}

static int fail_changed(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_FORMAT, "the cached result has changed under the driver");
}

int mf_row_decode(struct mf_row *row, const char *text, size_t size, struct mf_error *err)
{
    struct mf_text t = {text, text + size, ""};
    arena_empty(row);
    forget_values(row);
    row->geometry = MF_GEOMETRY_NONE;
    row->wkb_size = 0;
    const int failed = read_row(row, &t);
    if (failed == NO_MEMORY)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    return failed ? fail_changed(err) : 0;
}

static uint64_t text_end(const struct mf_collection *collection, uint64_t i)
{
    const struct mf_feature *const feature = &collection->features[i];
    if (feature->size != UINT32_MAX)
        return feature->offset + feature->size;
    return i + 1 < collection->feature_count ? feature[1].offset : collection->text_size;
}

/* That features are inside the text is looked at here, and not when a result is opened: a million
 * of them take longer than all the rest of that. */
int mf_row_decode_feature(struct mf_row *row, const struct mf_collection *collection,
                          const char *text, uint64_t i, struct mf_error *err)
{
    const uint64_t start = collection->features[i].offset, end = text_end(collection, i);
    if (start > end || end > collection->text_size)
        return fail_changed(err);
    return mf_row_decode(row, text + start, (size_t)(end - start), err);
}
