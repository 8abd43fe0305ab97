/* SPDX-License-Identifier: MIT */
/* tilejson: the bounds and zoom levels of a tile layer.
 *
 * Source: imagery notes 10. Missing or wrong members never fail a parse. */
#ifndef MF_TILEJSON_H
#define MF_TILEJSON_H

#include "api/client.h"

MF_C_BEGIN

struct mf_tilejson {
    double bounds[4]; /* west, south, east, north in degrees; all NaN when unknown */
    int min_zoom;     /* -1 unknown */
    int max_zoom;
};

/* GETs a URL that the service returned, a secret: see mf_client_get_elsewhere. */
int mf_tilejson_get(struct mf_tilejson *tilejson, struct mf_client *client, const char *url,
                    struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
