/* SPDX-License-Identifier: MIT */
/* row_text: values that must be built to decode a feature.
 *
 * They live in the arena of the row until the next feature is decoded.
 *
 * Thread-safety: a row belongs to one thread at a time. */
#ifndef MF_ROW_TEXT_INTERNAL_H
#define MF_ROW_TEXT_INTERNAL_H

#include "geojson/geojson.h"
#include "geojson/json_cursor_internal.h"

/* Allocates from the arena. Returns NULL without memory. */
void *mf_row_take(struct mf_row *row, size_t size);

/* Empties the arena; keeps the newest block for the next feature. */
void mf_row_empty_arena(struct mf_row *row);
void mf_row_free_arena(struct mf_row *row);

/* Returns a string without escapes: in the text itself, or a copy in the arena. */
enum mf_parse_status mf_row_characters(struct mf_row *row, const struct mf_span *span,
                                       struct mf_string *out);

/* Reads the value at the cursor, which is not null, as a string: a JSON string as it is, any other
 * value as json-c writes it. */
enum mf_parse_status mf_row_text(struct mf_row *row, struct mf_cursor *t, struct mf_string *out);

#endif
