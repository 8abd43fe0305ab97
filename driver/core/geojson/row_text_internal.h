/* SPDX-License-Identifier: MIT */
/* row_text: values that decoding a feature has to make.
 *
 * They live in the arena of the row until the next feature is decoded.
 *
 * Thread-safety: a row belongs to one thread at a time. */
#ifndef MF_ROW_TEXT_INTERNAL_H
#define MF_ROW_TEXT_INTERNAL_H

#include "geojson/geojson.h"
#include "geojson/json_cursor_internal.h"

/* Returns room in the arena, NULL if there is no memory. */
void *mf_row_take(struct mf_row *row, size_t size);

/* Takes all of it back; keeps the newest block for the next feature. */
void mf_row_empty_arena(struct mf_row *row);
void mf_row_free_arena(struct mf_row *row);

/* Gives the characters of a string: in the text itself, or made. */
enum mf_parse_status mf_row_characters(struct mf_row *row, const struct mf_span *span,
                                       struct mf_string *out);

/* Reads the value at the cursor, which is not null, as text: a string as it is, any other value as
 * json-c writes it. */
enum mf_parse_status mf_row_text(struct mf_row *row, struct mf_cursor *t, struct mf_string *out);

#endif
