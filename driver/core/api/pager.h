/* SPDX-License-Identifier: MIT */
/* pager: lists that the service gives in pages, and their documented fallbacks.
 *
 * First POST <path> with limit, offset and a sort by time of creation; on 404 or 405 the fallback,
 * a GET that gives the whole list at once (API notes 5, 6.4, D39). The server may give fewer
 * entries a page than were asked for. Reading ends after `total` entries, or with an empty page. A
 * total that is missing, or smaller than what has come, means nothing: then reading ends with the
 * first page that brings nothing new. The list may change while it is read (API notes 19): an entry
 * that a shift brings again is given once; after the total has become smaller, the entries that
 * moved into pages read before are read there. A server that gives less than it counts, the same
 * page again and again, is MF_ERR_FORMAT: the list would be cut short. Made for lists of some 10
 * 000 entries.
 *
 * Thread-safety: a pager belongs to one thread at a time. */
#ifndef MF_PAGER_H
#define MF_PAGER_H

#include "api/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_PAGE_SIZE 30 /* what the QGIS plugin asks for */

struct mf_pager;

/* Makes no request. `filter_name` and `filter` (both may be NULL) become a member of the request: a
 * string that the name of an entry must hold. A fallback knows no filter: check each entry. */
int mf_pager_open(struct mf_pager **out, const char *path, const char *fallback,
                  const char *filter_name, const char *filter, struct mf_error *err) MF_NODISCARD;
void mf_pager_close(struct mf_pager *pager); /* NULL-safe */

/* The next entries as a JSON array, which the caller deletes; *entries is NULL at the end. Every
 * entry has an `id`: MF_ERR_FORMAT if one has none. */
int mf_pager_next(struct mf_pager *pager, struct mf_client *client, cJSON **entries,
                  struct mf_error *err) MF_NODISCARD;

/* Number of all entries as the server last said; -1 before the first page, and if unknown. With a
 * filter the answer of a fallback counts what does not match, too. */
long mf_pager_total(const struct mf_pager *pager);

#ifdef __cplusplus
}
#endif
#endif
