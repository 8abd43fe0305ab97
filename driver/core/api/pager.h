/* SPDX-License-Identifier: MIT */
/* pager: paged lists of the service, and their documented fallbacks.
 *
 * Sends POST <path> with limit, offset and a sort by creation time. On 404 or 405 it uses the
 * fallback, a GET that returns the whole list (API notes 5, 6.4, D39). The server may return fewer
 * entries per page than requested. Reading ends after `total` entries, or with an empty page. A
 * total that is missing, or smaller than the number of entries read, is ignored: then reading ends
 * with the first page without new entries.
 *
 * The list may change during reading (API notes 19). Entries that a shift repeats are returned
 * once. If the total shrinks, the pager goes back to read the entries that moved into earlier
 * pages. A server that returns fewer entries than its total, repeating the same page, is
 * MF_ERR_FORMAT: the list would be incomplete.
 *
 * Thread-safety: a pager belongs to one thread at a time. */
#ifndef MF_PAGER_H
#define MF_PAGER_H

#include "api/client.h"

MF_C_BEGIN

#define MF_PAGE_SIZE 30 /* as in the QGIS plugin */

/* The body of a request for a page, sorted by creation time. `order` is "ASC" or "DESC". NULL: out
 * of memory. */
cJSON *mf_page_request(long offset, const char *order);

struct mf_pager;

/* Opens a pager. Makes no request. `filter_name` and `filter` (both may be NULL) become a member of
 * the request: a substring of an entry's name. A fallback does not filter: check each entry. */
int mf_pager_open(struct mf_pager **out, const char *path, const char *fallback,
                  const char *filter_name, const char *filter, struct mf_error *err) MF_NODISCARD;
void mf_pager_close(struct mf_pager *pager); /* NULL-safe */

/* Reads the next entries as a JSON array, which the caller deletes; *entries is NULL at the end.
 * MF_ERR_FORMAT if an entry has no `id`. */
int mf_pager_next(struct mf_pager *pager, struct mf_client *client, cJSON **entries,
                  struct mf_error *err) MF_NODISCARD;

/* Returns the total that the server last stated; -1 before the first page, and if unknown. After a
 * fallback it also counts entries that do not match the filter. */
long mf_pager_total(const struct mf_pager *pager);

MF_C_END
#endif
