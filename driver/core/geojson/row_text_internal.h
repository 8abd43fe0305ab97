/* row_text: what decoding a feature has to make.
 *
 * It lives in the row's arena until the next feature is decoded. Functions
 * that may fail return a parse status. */
#ifndef MF_ROW_TEXT_INTERNAL_H
#define MF_ROW_TEXT_INTERNAL_H

#include "geojson/geojson.h"
#include "geojson/json_cursor_internal.h"

/* Room in the arena, NULL without memory. */
void *mf_row_take(struct mf_row *row, size_t size);

/* Takes back all of it; the newest block stays for the next feature. */
void mf_row_empty_arena(struct mf_row *row);
void mf_row_free_arena(struct mf_row *row);

/* The characters of a string: in the text itself, or made. */
enum mf_parse_status mf_row_characters(struct mf_row *row, const struct mf_span *span,
                                       struct mf_string *out);

/* The value at the cursor, which is not null, as text: a string as it is, all else as json-c writes
 * it. Moves behind it. */
enum mf_parse_status mf_row_text(struct mf_row *row, struct mf_cursor *t, struct mf_string *out);

#endif
