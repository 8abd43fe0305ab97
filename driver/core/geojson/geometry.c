/* SPDX-License-Identifier: MIT */
#include "geojson/geometry_internal.h"

#include <math.h>

#include "base/number_digits.h"

/* The outcome for a value: written; left out, with the cursor after it; left out together with the
 * value that contains it; unreadable. */
enum outcome { KEPT, LEFT_OUT, SPOILED, STOPPED };

struct reader {
    struct mf_cursor *t;
    struct mf_wkb *wkb;
    enum mf_parse_status status; /* why STOPPED */
    bool is_unusual;             /* something was left out, null or an empty list */
    const char *usual_content;   /* the coordinates of a geometry in the usual form, else NULL */
    const char *last_position;   /* the last one read, and the first byte after it */
    const char *last_position_end;
};

static enum outcome read_geometry(struct reader *r, int *type);
static enum outcome read_coordinates(struct reader *r, int type, bool is_part);
static enum outcome read_list(struct reader *r, int type);

/* ---- reading coordinates ------------------------------------------------------------------- */

static enum outcome stop(struct reader *r, enum mf_parse_status status)
{
    r->status = status;
    return STOPPED;
}

/* A place to go back to if a value is not what it should be. */
struct mark {
    const char *text;
    size_t size;
    bool saw_z;
};

static struct mark set_mark(const struct reader *r)
{
    return (struct mark){r->t->p, r->wkb->size, r->wkb->saw_z};
}

static void go_back(struct reader *r, const struct mark *mark)
{
    r->t->p = mark->text;
    r->wkb->size = mark->size;
    r->wkb->saw_z = mark->saw_z;
}

/* Undoes what was written since the mark, and skips the value there. */
static enum outcome leave_out(struct reader *r, const struct mark *mark)
{
    go_back(r, mark);
    r->is_unusual = true;
    r->wkb->is_odd = true;
    const enum mf_parse_status status = mf_cursor_skip(r->t);
    return status == MF_PARSE_OK ? LEFT_OUT : stop(r, status);
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
    const char *start = t->p, *p;
    while ((p = find_plain_position(start, t->end, &x, &y)) != NULL) {
        const double ordinates[3] = {mf_coordinate_double(&x), mf_coordinate_double(&y), 0};
        mf_wkb_write_position(r->wkb, ordinates);
        ++count;
        r->last_position = start;
        t->p = p;
        start = p + 1;
        if (*p != ',')
            break;
    }
    r->last_position_end = t->p;
    return count;
}

/* The same if only the bounding box is wanted: writes two corners of the box for all positions. */
static uint32_t read_plain_approx(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    struct mf_coordinate found_x, found_y;
    int64_t min_x = INT64_MAX, min_y = INT64_MAX, max_x = INT64_MIN, max_y = INT64_MIN;
    const char *start = t->p, *p;
    while ((p = find_plain_position(start, t->end, &found_x, &found_y)) != NULL) {
        const int64_t x = mf_coordinate_approx(&found_x), y = mf_coordinate_approx(&found_y);
        min_x = x < min_x ? x : min_x;
        max_x = x > max_x ? x : max_x;
        min_y = y < min_y ? y : min_y;
        max_y = y > max_y ? y : max_y;
        r->last_position = start;
        t->p = p;
        start = p + 1;
        if (*p != ',')
            break;
    }
    r->last_position_end = t->p;
    if (min_x > max_x)
        return 0;
    const double min[3] = {(double)min_x * MF_APPROX_UNIT, (double)min_y * MF_APPROX_UNIT, 0};
    const double max[3] = {(double)max_x * MF_APPROX_UNIT, (double)max_y * MF_APPROX_UNIT, 0};
    mf_wkb_write_position(r->wkb, min);
    mf_wkb_write_position(r->wkb, max);
    return 2;
}

/* [x, y], [x, y, z], [x, y, z, …] */
static enum outcome read_position(struct reader *r)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);

    double ordinates[3] = {0, 0, 0};
    int count = 0;
    struct mf_walk walk = mf_cursor_open(t, ']');
    for (; mf_cursor_next(t, &walk); ++count) {
        struct mf_number number;
        if (count < 3 && !mf_cursor_at_number(t))
            return leave_out(r, &mark);
        const enum mf_parse_status status =
            count < 3 ? mf_cursor_number(t, &number) : mf_cursor_skip(t);
        if (status != MF_PARSE_OK)
            return stop(r, status);
        if (count < 3) /* GDAL clamps integers to 64 bits */
            ordinates[count] =
                number.is_real ? mf_number_double(&number) : (double)mf_number_int64(&number);
    }
    if (walk.status != MF_PARSE_OK)
        return stop(r, walk.status);
    if (count < 2)
        return leave_out(r, &mark);
    r->wkb->saw_z |= count > 2;
    r->wkb->is_odd |= count > 3;
    mf_wkb_write_position(r->wkb, ordinates);
    r->last_position = mark.text;
    r->last_position_end = t->p;
    return KEPT;
}

/* Reads a ring. It may be open if its first and last position are spelled differently. */
static enum outcome read_ring(struct reader *r)
{
    struct mf_cursor first = {r->t->p + 1, r->t->end, ""};
    r->last_position = NULL;
    const enum outcome outcome = read_list(r, MF_GEOMETRY_LINESTRING);
    if (outcome != KEPT || r->last_position == NULL)
        return outcome;
    mf_cursor_peek(&first);
    r->wkb->is_odd |=
        memcmp(first.p, r->last_position, (size_t)(r->last_position_end - r->last_position)) != 0;
    return KEPT;
}

/* Reads null as an empty geometry of `type`, or as an empty ring. */
static enum outcome read_null(struct reader *r, int type)
{
    const double nothing[3] = {NAN, NAN, NAN}; /* NAN is no constant for every compiler */
    const enum mf_parse_status status = mf_cursor_literal(r->t);
    r->wkb->is_odd = true;
    r->is_unusual = true;
    if (status != MF_PARSE_OK)
        return stop(r, status);
    if (type == MF_GEOMETRY_POINT)
        mf_wkb_write_position(r->wkb, nothing);
    else
        mf_wkb_count_later(r->wkb);
    return KEPT;
}

/* Reads an element of the coordinates of a geometry of `type`. A bad position spoils the list, a
 * bad first ring the polygon; a bad later ring or part is left out. By the rule empty_polygons null
 * is not a ring, else it is an empty one. */
static enum outcome read_element(struct reader *r, int type, bool is_first)
{
    const struct mark mark = set_mark(r);
    const bool is_null = *r->t->p == 'n';
    enum outcome outcome;
    bool spoils = true;
    switch (type) {
    case MF_GEOMETRY_LINESTRING:
        outcome = read_position(r);
        break;
    case MF_GEOMETRY_POLYGON:
        if (is_null)
            return r->wkb->empty_polygons ? leave_out(r, &mark) : read_null(r, type);
        outcome = read_ring(r);
        spoils = is_first;
        break;
    case MF_GEOMETRY_COLLECTION:
        return read_geometry(r, &type);
    default:
        outcome = read_coordinates(r, type - MF_GEOMETRY_MULTIPOINT + MF_GEOMETRY_POINT, true);
        spoils = type == MF_GEOMETRY_MULTIPOINT;
    }
    return outcome == LEFT_OUT && spoils ? SPOILED : outcome;
}

/* Reads the coordinates of a ring, or of a geometry other than a point. By the rule empty_polygons
 * a polygon without rings is empty, else it is left out. */
static enum outcome read_list(struct reader *r, int type)
{
    struct mf_cursor *const t = r->t;
    const struct mark mark = set_mark(r);
    if (*t->p != '[')
        return leave_out(r, &mark);
    struct mf_walk walk = mf_cursor_open(t, ']');
    const size_t count_at = mf_wkb_count_later(r->wkb);
    uint32_t count = 0;
    if (type == MF_GEOMETRY_LINESTRING)
        count = r->wkb->is_approx ? read_plain_approx(r) : read_plain_exactly(r);
    walk.is_inside = count > 0;
    for (bool is_first = true; mf_cursor_next(t, &walk); is_first = false) {
        const enum outcome outcome = read_element(r, type, is_first);
        if (outcome == STOPPED)
            return STOPPED;
        if (outcome == SPOILED)
            return leave_out(r, &mark);
        count += outcome == KEPT;
    }
    if (walk.status != MF_PARSE_OK)
        return stop(r, walk.status);
    if (count == 0 && type == MF_GEOMETRY_POLYGON && !r->wkb->empty_polygons)
        return leave_out(r, &mark);
    r->is_unusual |= count == 0;
    mf_wkb_write_count(r->wkb, count_at, count);
    return KEPT;
}

/* Reads the coordinates of a geometry, or its member `geometries`. Writes the header first. */
static enum outcome read_coordinates(struct reader *r, int type, bool is_part)
{
    const size_t start = r->wkb->size;
    enum outcome outcome;
    mf_wkb_write_header(r->wkb, type);
    if (is_part && *r->t->p == 'n')
        outcome = read_null(r, type);
    else
        outcome = type == MF_GEOMETRY_POINT ? read_position(r) : read_list(r, type);
    if (outcome == LEFT_OUT)
        r->wkb->size = start;
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

/* Reads the usual form in one pass: {"type": …, "coordinates": …} in this order and nothing else.
 * Returns false, with the cursor anywhere, if the object has another form. */
static bool read_usual(struct reader *r, int *type, enum outcome *outcome)
{
    struct mf_cursor *const t = r->t;
    struct mf_span key, name;
    struct mf_walk walk = mf_cursor_open(t, '}');
    if (!mf_cursor_next(t, &walk) || mf_cursor_key(t, &key) != MF_PARSE_OK ||
        !mf_span_equals(&key, "type", 4) || *t->p != '"' ||
        mf_cursor_string(t, &name) != MF_PARSE_OK)
        return false;
    *type = type_of(&name);
    if (*type == MF_GEOMETRY_NONE || *type == MF_GEOMETRY_COLLECTION || !mf_cursor_next(t, &walk) ||
        mf_cursor_key(t, &key) != MF_PARSE_OK || !mf_span_equals(&key, "coordinates", 11))
        return false;
    const char *const content = t->p;
    *outcome = read_coordinates(r, *type, false);
    if (*outcome == STOPPED)
        return true;
    if (mf_cursor_next(t, &walk))
        return false;
    if (walk.status != MF_PARSE_OK)
        *outcome = stop(r, walk.status);
    r->usual_content = content;
    return true;
}

/* A member to find by name, by the rules of GDAL over json-c. The name matches in any case. The
 * first spelling wins, and of its exact repetitions the last. */
struct member {
    const char *name;
    struct mf_span key; /* as found; text NULL: missing */
    const char *value;
};

static enum mf_parse_status find_members(struct mf_cursor *t, struct member *members, size_t count)
{
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk)) {
        struct mf_span key;
        MF_TRY(mf_cursor_key(t, &key));
        for (size_t i = 0; i < count; ++i) {
            struct member *const m = &members[i];
            if (mf_span_equals_nocase(&key, m->name, strlen(m->name)) &&
                (m->key.text == NULL || mf_span_same(&m->key, &key))) {
                m->key = key;
                m->value = t->p;
            }
        }
        MF_TRY(mf_cursor_skip(t));
    }
    return walk.status;
}

static enum outcome read_general(struct reader *r, int *type)
{
    struct member members[] = {{.name = "type"}, {.name = "coordinates"}, {.name = "geometries"}};
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
        outcome = read_coordinates(r, *type, false);
    }
    if (outcome != STOPPED)
        r->t->p = end;
    return outcome;
}

/* Reads any value. Keeps only a geometry object. */
static enum outcome read_geometry(struct reader *r, int *type)
{
    const struct mark mark = set_mark(r);
    enum outcome outcome;
    *type = MF_GEOMETRY_NONE;
    if (*r->t->p != '{')
        return leave_out(r, &mark);
    if (read_usual(r, type, &outcome))
        return outcome;
    go_back(r, &mark);
    *type = MF_GEOMETRY_NONE;
    outcome = read_general(r, type);
    r->usual_content = NULL;
    return outcome;
}

/* ---- what a geometry states about itself ---------------------------------------------------- */

/* Moves the cursor to the first element of the list there. Returns false if there is none. */
static bool enter_list(struct mf_cursor *t, struct mf_walk *walk)
{
    if (*t->p != '[')
        return false;
    *walk = mf_cursor_open(t, ']');
    return mf_cursor_next(t, walk);
}

/* Returns whether the first position in the coordinates at p has three ordinates. As in GDAL, that
 * is the innermost first list with elements, which is a list of parts if the first part is empty or
 * null. */
static bool first_position_has_z(struct mf_cursor t, const char *p)
{
    struct mf_walk walk, inner;
    int count = 0;
    t.p = p;
    if (!enter_list(&t, &walk))
        return false;
    for (struct mf_cursor deeper = t; enter_list(&deeper, &inner); walk = inner)
        t = deeper;
    do {
        ++count;
    } while (mf_cursor_skip(&t) == MF_PARSE_OK && mf_cursor_next(&t, &walk));
    return walk.status == MF_PARSE_OK && count == 3;
}

/* Returns the value of the last member of that exact name in the object at p, NULL if none. */
static const char *exact_member(struct mf_cursor t, const char *p, const char *name)
{
    const char *value = NULL;
    struct mf_span key;
    t.p = p;
    struct mf_walk walk = mf_cursor_open(&t, '}');
    while (mf_cursor_next(&t, &walk) && mf_cursor_key(&t, &key) == MF_PARSE_OK) {
        if (mf_span_equals(&key, name, strlen(name)))
            value = t.p;
        if (mf_cursor_skip(&t) != MF_PARSE_OK)
            break;
    }
    return value;
}

/* Returns the type that the object at p states. The object is known to be JSON. */
static int stated_type(struct mf_cursor t, const char *p, bool *has_z)
{
    const char *const name = exact_member(t, p, "type");
    struct mf_span span;
    *has_z = false;
    if (name == NULL || *name != '"')
        return MF_GEOMETRY_NONE;
    t.p = name;
    if (mf_cursor_string(&t, &span) != MF_PARSE_OK)
        return MF_GEOMETRY_NONE;
    const int type = type_of(&span);
    const bool is_collection = type == MF_GEOMETRY_COLLECTION;
    const char *const content = exact_member(t, p, is_collection ? "geometries" : "coordinates");
    if (content == NULL || *content != '[')
        return type;
    if (!is_collection) {
        *has_z = first_position_has_z(t, content);
        return type;
    }
    t.p = content;
    struct mf_walk walk = mf_cursor_open(&t, ']');
    if (mf_cursor_next(&t, &walk) && *t.p == '{')
        stated_type(t, t.p, has_z);
    return type;
}

static void note_what_is_stated(const struct reader *r, const char *start)
{
    struct mf_wkb *const wkb = r->wkb;
    wkb->is_object = *start == '{';
    wkb->stated = wkb->type;
    wkb->stated_z = false;
    if (r->usual_content == NULL)
        wkb->stated = wkb->is_object ? stated_type(*r->t, start, &wkb->stated_z) : MF_GEOMETRY_NONE;
    else if (wkb->saw_z || r->is_unusual)
        wkb->stated_z = first_position_has_z(*r->t, r->usual_content);
}

enum mf_parse_status mf_geometry_read(struct mf_cursor *t, struct mf_wkb *wkb)
{
    const char *const start = t->p;
    struct reader r = {.t = t, .wkb = wkb};
    wkb->is_odd = false;
    /* The guess of has_z fails only for the first geometry of another dimension. */
    for (int tries = 0; tries < 2; ++tries) {
        t->p = start;
        wkb->size = 0;
        wkb->saw_z = false;
        const enum outcome outcome = read_geometry(&r, &wkb->type);
        wkb->is_odd |= outcome == LEFT_OUT;
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
