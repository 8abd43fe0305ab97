/* SPDX-License-Identifier: MIT */
#include "api/tilejson.h"

#include <math.h>

static bool is_box(const double box[4])
{
    return box[0] >= -180 && box[1] >= -90 && box[2] <= 180 && box[3] <= 90 && box[0] < box[2] &&
           box[1] < box[3];
}

static void parse_bounds(double bounds[4], const cJSON *array)
{
    for (int i = 0; i < 4; i++) {
        const cJSON *const number = cJSON_GetArrayItem(array, i);
        bounds[i] = cJSON_IsNumber(number) ? number->valuedouble : NAN;
    }
    if (!is_box(bounds))
        bounds[0] = bounds[1] = bounds[2] = bounds[3] = NAN;
}

static int parse(struct mf_tilejson *tilejson, const cJSON *document, struct mf_error *err)
{
    if (!cJSON_IsObject(document))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer does not describe tiles");
    parse_bounds(tilejson->bounds, mf_json_member(document, "bounds"));
    tilejson->min_zoom = mf_json_count(document, "minzoom");
    tilejson->max_zoom = mf_json_count(document, "maxzoom");
    return 0;
}

int mf_tilejson_get(struct mf_tilejson *tilejson, struct mf_client *client, const char *url,
                    struct mf_error *err)
{
    cJSON *document = NULL;
    int failed = mf_client_get_elsewhere(client, url, &document, err);
    if (!failed)
        failed = parse(tilejson, document, err);
    cJSON_Delete(document);
    return failed ? mf_error_prefix(err, "the description of the tiles") : 0;
}
