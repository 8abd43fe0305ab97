#include "geojson/geometry_internal.h"

#include <math.h>

#include "base/number_digits.h"

/* What became of a value: kept, left out (the cursor is behind it all the same), or not readable.
 */
enum outcome { KEPT, LEFT_OUT, STOPPED };

struct reader {
    struct mf_cursor *t;
    struct mf_wkb *wkb;
    enum mf_parse_status status; /* why STOPPED */
    int left_out;                /* something was */
    const char *usual_content;   /* the coordinates of a geometry in the usual form, else NULL */
};

static enum outcome read_geometry(struct reader *r, int *type);

/* ---- reading coordinates ------------------------------------------------------------------- */

static enum outcome stop(struct reader *r, enum mf_parse_status status)
{
    r->status = status;
    return STOPPED;
}

/* A place to go back to when a value turns out not to be what it should be. */
struct mark {
    const char *text;
    size_t size;
    int saw_z;
};

static struct mark set_mark(const struct reader *r)
{
    return (struct mark){r->t->p, r->wkb->size, r->wkb->saw_z};
}

/* Takes back what was written since the mark and moves behind the value that starts there. */
static enum outcome leave_out(struct reader *r, const struct mark *mark)
{
    r->wkb->size = mark->size;
    r->wkb->saw_z = mark->saw_z;
    r->t->p = mark->text;
    r->left_out = 1;
    const enum mf_parse_status status = mf_cursor_skip(r->t);
    return status == MF_PARSE_OK ? LEFT_OUT : stop(r, status);
}

static int at_null(const struct mf_cursor *t)
{
    return *t->p == 'n';
}

/* GDAL limits integers to 64 bits. */
static double ordinate(const struct mf_number *number)
{
    return number->is_real ? mf_number_double(number) : (double)mf_number_int64(number);
}

/* Reads "[x,y]" at p, without white space. Returns the first byte after it, NULL if the position
 * has another form. */
static inline const char *find_plain_position(const char *p, const char *end,
                                              struct mf_coordinate *x, struct mf_coordinate *y)
{
    if (end - p < 1 + 2 * MF_COORDINATE_BYTES + 1 || *p != '[')
        return NULL;
    p = mf_coordinate_find(p + 1, x);
    if (p == NULL || *p != ',')
        return NULL;
    p = mf_coordinate_find(p + 1, y);
    return p != NULL && *p == ']' ? p + 1 : NULL;
}

/* Reads positions in the plain form, with commas between them, and leaves the cursor after the last
 * one. Returns their number. */
static uint32_t read_plain_exactly(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    struct mf_coordinate x, y;
    uint32_t count = 0;
    const char *p = t->p;
    while ((p = find_plain_position(p, t->end, &x, &y)) != NULL) {
        const double ordinates[3] = {mf_coordinate_double(&x), mf_coordinate_double(&y), 0};
        mf_wkb_write_position(r->wkb, ordinates);
        ++count;
        t->p = p;
        if (*p++ != ',')
            break;
    }
    return count;
}

/* The same where only the bounding box is wanted: two positions stand for all, the corners of
 * their box. */
static uint32_t read_plain_approx(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    struct mf_coordinate found_x, found_y;
    int64_t min_x = INT64_MAX, min_y = INT64_MAX, max_x = INT64_MIN, max_y = INT64_MIN;
    const char *p = t->p;
    while ((p = find_plain_position(p, t->end, &found_x, &found_y)) != NULL) {
        const int64_t x = mf_coordinate_approx(&found_x), y = mf_coordinate_approx(&found_y);
        min_x = x < min_x ? x : min_x;
        max_x = x > max_x ? x : max_x;
        min_y = y < min_y ? y : min_y;
        max_y = y > max_y ? y : max_y;
        t->p = p;
        if (*p++ != ',')
            break;
    }
    if (min_x > max_x)
        return 0;
    const double min[3] = {(double)min_x * MF_APPROX_UNIT, (double)min_y * MF_APPROX_UNIT, 0};
    const double max[3] = {(double)max_x * MF_APPROX_UNIT, (double)max_y * MF_APPROX_UNIT, 0};
    mf_wkb_write_position(r->wkb, min);
    mf_wkb_write_position(r->wkb, max);
    return 2;
}

static uint32_t read_plain(struct reader *r)
{
    return r->wkb->is_approx ? read_plain_approx(r) : read_plain_exactly(r);
}

/* [x, y], [x, y, z], [x, y, z, …] */
static enum outcome read_position(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    ++t->p;

    double ordinates[3] = {0, 0, 0};
    int count = 0, first = 1;
    enum mf_parse_status status;
    for (; mf_cursor_next(t, ']', &first, &status); ++count) {
        if (count >= 3) {
            status = mf_cursor_skip(t);
        } else {
            struct mf_number number;
            if (!mf_cursor_at_number(t))
                return leave_out(r, &mark);
            status = mf_cursor_number(t, &number);
            if (status == MF_PARSE_OK)
                ordinates[count] = ordinate(&number);
        }
        if (status != MF_PARSE_OK)
            break;
    }
    if (status != MF_PARSE_OK)
        return stop(r, status);
    if (count < 2)
        return leave_out(r, &mark);
    r->wkb->saw_z |= count > 2;
    mf_wkb_write_position(r->wkb, ordinates);
    return KEPT;
}

/* A list of positions, as in a line or a ring: count, positions. One bad position spoils it. */
static enum outcome read_positions(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    ++t->p;

    const size_t count_at = mf_wkb_count_later(r->wkb);
    uint32_t count = read_plain(r);
    int first = count == 0;
    enum mf_parse_status status;
    for (; mf_cursor_next(t, ']', &first, &status); ++count) {
        const enum outcome outcome = read_position(r);
        if (outcome == LEFT_OUT)
            return leave_out(r, &mark);
        if (outcome == STOPPED)
            return STOPPED;
    }
    if (status != MF_PARSE_OK)
        return stop(r, status);
    mf_wkb_write_count(r->wkb, count_at, count);
    return KEPT;
}

static enum outcome write_empty_list(struct reader *r)
{
    const enum mf_parse_status status = mf_cursor_literal(r->t, "null", 4);
    if (status != MF_PARSE_OK)
        return stop(r, status);
    mf_wkb_count_later(r->wkb);
    return KEPT;
}

static enum outcome skip_null(struct reader *r)
{
    const enum mf_parse_status status = mf_cursor_literal(r->t, "null", 4);
    return status == MF_PARSE_OK ? LEFT_OUT : stop(r, status);
}

/* A list of rings. A bad first ring spoils the polygon, a bad later one is left out. By the rule
 * empty_polygons null is no ring; else it is an empty ring, and a polygon without rings is none. */
static enum outcome read_polygon(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    ++t->p;

    const size_t count_at = mf_wkb_count_later(r->wkb);
    uint32_t count = 0;
    int first = 1;
    enum mf_parse_status status;
    for (int is_first = 1; mf_cursor_next(t, ']', &first, &status); is_first = 0) {
        const int null = at_null(t);
        const enum outcome outcome = !null                    ? read_positions(r)
                                     : r->wkb->empty_polygons ? skip_null(r)
                                                              : write_empty_list(r);
        if (outcome == STOPPED)
            return STOPPED;
        if (outcome == LEFT_OUT && is_first && !null)
            return leave_out(r, &mark);
        count += outcome == KEPT;
    }
    if (status != MF_PARSE_OK)
        return stop(r, status);
    if (count == 0 && !r->wkb->empty_polygons)
        return leave_out(r, &mark);
    mf_wkb_write_count(r->wkb, count_at, count);
    return KEPT;
}

static enum outcome write_empty_point(struct reader *r)
{
    static const double nothing[3] = {NAN, NAN, NAN};
    const enum mf_parse_status status = mf_cursor_literal(r->t, "null", 4);
    if (status != MF_PARSE_OK)
        return stop(r, status);
    mf_wkb_write_position(r->wkb, nothing);
    return KEPT;
}

/* The coordinates of one part of a multi-geometry, header first. null is an empty part. */
static enum outcome read_part(struct reader *r, int part_type)
{
    const struct mark mark = set_mark(r);
    const int null = at_null(r->t);
    enum outcome outcome;
    mf_wkb_write_header(r->wkb, part_type);
    if (part_type == MF_GEOMETRY_POINT)
        outcome = null ? write_empty_point(r) : read_position(r);
    else if (null)
        outcome = write_empty_list(r);
    else if (part_type == MF_GEOMETRY_POLYGON)
        outcome = read_polygon(r);
    else
        outcome = read_positions(r);
    if (outcome == LEFT_OUT)
        r->wkb->size = mark.size;
    return outcome;
}

/* The coordinates of a multi-geometry. Bad parts are left out, but a bad point spoils all. */
static enum outcome read_parts(struct reader *r, int part_type)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    ++t->p;

    const size_t count_at = mf_wkb_count_later(r->wkb);
    uint32_t count = 0;
    int first = 1;
    enum mf_parse_status status;
    while (mf_cursor_next(t, ']', &first, &status)) {
        const enum outcome outcome = read_part(r, part_type);
        if (outcome == STOPPED)
            return STOPPED;
        if (outcome == LEFT_OUT && part_type == MF_GEOMETRY_POINT)
            return leave_out(r, &mark);
        count += outcome == KEPT;
    }
    if (status != MF_PARSE_OK)
        return stop(r, status);
    mf_wkb_write_count(r->wkb, count_at, count);
    return KEPT;
}

/* The member `geometries`. What is no geometry is left out. */
static enum outcome read_collection(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    ++t->p;

    const size_t count_at = mf_wkb_count_later(r->wkb);
    uint32_t count = 0;
    int first = 1;
    enum mf_parse_status status;
    while (mf_cursor_next(t, ']', &first, &status)) {
        int type;
        const enum outcome outcome = read_geometry(r, &type);
        if (outcome == STOPPED)
            return STOPPED;
        count += outcome == KEPT;
    }
    if (status != MF_PARSE_OK)
        return stop(r, status);
    mf_wkb_write_count(r->wkb, count_at, count);
    return KEPT;
}

static enum outcome read_coordinates(struct reader *r, int type)
{
    const struct mark mark = set_mark(r);
    enum outcome outcome;
    mf_wkb_write_header(r->wkb, type);
    switch (type) {
    case MF_GEOMETRY_POINT:
        outcome = read_position(r);
        break;
    case MF_GEOMETRY_LINESTRING:
        outcome = read_positions(r);
        break;
    case MF_GEOMETRY_POLYGON:
        outcome = read_polygon(r);
        break;
    case MF_GEOMETRY_COLLECTION:
        outcome = read_collection(r);
        break;
    default:
        outcome = read_parts(r, type - MF_GEOMETRY_MULTIPOINT + MF_GEOMETRY_POINT);
    }
    if (outcome == LEFT_OUT)
        r->wkb->size = mark.size;
    return outcome;
}

/* ---- reading geometry objects -------------------------------------------------------------- */

static int type_of(const struct mf_span *name)
{
    static const struct {
        const char *name;
        size_t size;
        int type;
    } types[] = {{"Polygon", 7, MF_GEOMETRY_POLYGON},
                 {"MultiPolygon", 12, MF_GEOMETRY_MULTIPOLYGON},
                 {"Point", 5, MF_GEOMETRY_POINT},
                 {"LineString", 10, MF_GEOMETRY_LINESTRING},
                 {"MultiPoint", 10, MF_GEOMETRY_MULTIPOINT},
                 {"MultiLineString", 15, MF_GEOMETRY_MULTILINESTRING},
                 {"GeometryCollection", 18, MF_GEOMETRY_COLLECTION}};
    for (size_t i = 0; i < sizeof types / sizeof *types; ++i) {
        if (mf_span_equals_nocase(name, types[i].name, types[i].size))
            return types[i].type;
    }
    return MF_GEOMETRY_NONE;
}

/* The usual form, {"type": …, "coordinates": …} in this order and nothing else, is read as it
 * comes. Returns 0, with the cursor anywhere, when the object has another form. */
static int read_usual(struct reader *r, int *type, enum outcome *outcome)
{
    struct mf_cursor *const t = r->t;
    struct mf_span key, name;
    int first = 1;
    enum mf_parse_status status;
    ++t->p;
    if (!mf_cursor_next(t, '}', &first, &status) || mf_cursor_key(t, &key) != MF_PARSE_OK ||
        !mf_span_equals(&key, "type", 4) || *t->p != '"' ||
        mf_cursor_string(t, &name) != MF_PARSE_OK)
        return 0;
    *type = type_of(&name);
    if (*type == MF_GEOMETRY_NONE || *type == MF_GEOMETRY_COLLECTION ||
        !mf_cursor_next(t, '}', &first, &status) || mf_cursor_key(t, &key) != MF_PARSE_OK ||
        !mf_span_equals(&key, "coordinates", 11))
        return 0;
    const char *const content = t->p;
    *outcome = read_coordinates(r, *type);
    if (*outcome == STOPPED)
        return 1;
    if (mf_cursor_next(t, '}', &first, &status))
        return 0;
    if (status != MF_PARSE_OK)
        *outcome = stop(r, status);
    r->usual_content = content;
    return 1;
}

/* A member that is looked for by name. The name counts in any case, the first one that is there
 * wins, and of its literal repetitions the last: the rules of GDAL over json-c. */
struct member {
    const char *name;
    size_t name_size;
    struct mf_span key; /* as found; text NULL: not there */
    const char *value;
};

static int same_key(const struct mf_span *a, const struct mf_span *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static enum mf_parse_status find_members(struct mf_cursor *t, struct member *members, size_t count)
{
    int first = 1;
    enum mf_parse_status status;
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        struct mf_span key;
        status = mf_cursor_key(t, &key);
        if (status != MF_PARSE_OK)
            return status;
        for (size_t i = 0; i < count; ++i) {
            struct member *const m = &members[i];
            if (mf_span_equals_nocase(&key, m->name, m->name_size) &&
                (m->key.text == NULL || same_key(&m->key, &key))) {
                m->key = key;
                m->value = t->p;
            }
        }
        status = mf_cursor_skip(t);
        if (status != MF_PARSE_OK)
            return status;
    }
    return status;
}

static enum outcome read_general(struct reader *r, int *type)
{
    struct member members[] = {{.name = "type", .name_size = 4},
                               {.name = "coordinates", .name_size = 11},
                               {.name = "geometries", .name_size = 10}};
    const enum mf_parse_status status = find_members(r->t, members, 3);
    if (status != MF_PARSE_OK)
        return stop(r, status);
    if (members[0].value == NULL || *members[0].value != '"')
        return LEFT_OUT;

    const char *const end = r->t->p;
    struct mf_span name;
    r->t->p = members[0].value;
    if (mf_cursor_string(r->t, &name) == MF_PARSE_OK)
        *type = type_of(&name);
    const struct member *const content = &members[*type == MF_GEOMETRY_COLLECTION ? 2 : 1];
    enum outcome outcome = LEFT_OUT;
    if (*type != MF_GEOMETRY_NONE && content->value != NULL && *content->value != 'n') {
        r->t->p = content->value;
        outcome = read_coordinates(r, *type);
    }
    if (outcome != STOPPED)
        r->t->p = end;
    return outcome;
}

/* Any value, of which only a geometry object is kept. */
static enum outcome read_geometry(struct reader *r, int *type)
{
    const struct mark mark = set_mark(r);
    enum outcome outcome;
    *type = MF_GEOMETRY_NONE;
    if (*r->t->p != '{')
        return leave_out(r, &mark);
    if (read_usual(r, type, &outcome))
        return outcome;
    r->t->p = mark.text;
    r->wkb->size = mark.size;
    r->wkb->saw_z = mark.saw_z;
    *type = MF_GEOMETRY_NONE;
    outcome = read_general(r, type);
    r->usual_content = NULL;
    return outcome;
}

/* ---- what a geometry states about itself ---------------------------------------------------- */

/* Whether the first position in the coordinates at p has three ordinates. */
static int first_position_has_z(struct mf_cursor t, const char *p)
{
    enum mf_parse_status status = MF_PARSE_OK;
    int first = 1, count = 0;
    for (t.p = p; *t.p == '[';) {
        first = 1;
        ++t.p;
        if (!mf_cursor_next(&t, ']', &first, &status))
            return 0;
    }
    if (t.p == p)
        return 0;
    do {
        ++count;
        status = mf_cursor_skip(&t);
    } while (status == MF_PARSE_OK && mf_cursor_next(&t, ']', &first, &status));
    return status == MF_PARSE_OK && count == 3;
}

/* The value of the last member of that very name in the object at p, NULL when there is none. */
static const char *exact_member(struct mf_cursor t, const char *p, const char *name)
{
    const char *value = NULL;
    struct mf_span key;
    enum mf_parse_status status;
    int first = 1;
    t.p = p + 1;
    while (mf_cursor_next(&t, '}', &first, &status) && mf_cursor_key(&t, &key) == MF_PARSE_OK) {
        if (mf_span_equals(&key, name, strlen(name)))
            value = t.p;
        if (mf_cursor_skip(&t) != MF_PARSE_OK)
            break;
    }
    return value;
}

/* What the object at p states; the text is known to be JSON up to its end. */
static int stated_type(struct mf_cursor t, const char *p, int *has_z)
{
    const char *const name = exact_member(t, p, "type");
    struct mf_span span;
    *has_z = 0;
    if (name == NULL || *name != '"')
        return MF_GEOMETRY_NONE;
    t.p = name;
    if (mf_cursor_string(&t, &span) != MF_PARSE_OK)
        return MF_GEOMETRY_NONE;
    const int type = type_of(&span);
    const int is_collection = type == MF_GEOMETRY_COLLECTION;
    const char *const content = exact_member(t, p, is_collection ? "geometries" : "coordinates");
    if (content == NULL || *content != '[')
        return type;
    if (!is_collection) {
        *has_z = first_position_has_z(t, content);
        return type;
    }
    enum mf_parse_status status;
    int first = 1;
    t.p = content + 1;
    if (mf_cursor_next(&t, ']', &first, &status) && *t.p == '{')
        stated_type(t, t.p, has_z);
    return type;
}

static void note_what_is_stated(const struct reader *r, const char *start)
{
    struct mf_wkb *const wkb = r->wkb;
    wkb->is_object = *start == '{';
    wkb->stated = wkb->type;
    wkb->stated_z = 0;
    if (r->usual_content == NULL)
        wkb->stated = wkb->is_object ? stated_type(*r->t, start, &wkb->stated_z) : MF_GEOMETRY_NONE;
    else if (wkb->saw_z || r->left_out)
        wkb->stated_z = first_position_has_z(*r->t, r->usual_content);
}

enum mf_parse_status mf_geometry_read(struct mf_cursor *t, struct mf_wkb *wkb)
{
    const char *const start = t->p;
    struct reader r = {t, wkb, MF_PARSE_OK, 0, NULL};
    /* The guess is right but for the first geometry of another dimension. */
    for (int tries = 0; tries < 2; ++tries) {
        t->p = start;
        wkb->size = 0;
        wkb->saw_z = 0;
        const enum outcome outcome = read_geometry(&r, &wkb->type);
        if (outcome == STOPPED)
            return r.status;
        note_what_is_stated(&r, start);
        if (outcome == LEFT_OUT) {
            wkb->type = MF_GEOMETRY_NONE;
            wkb->size = 0;
            return MF_PARSE_OK;
        }
        if (wkb->saw_z == wkb->has_z)
            break;
        wkb->has_z = wkb->saw_z;
    }
    return MF_PARSE_OK;
}
