/* SPDX-License-Identifier: MIT */
#include "api/json_writer.h"

#include <math.h>
#include <stddef.h>

cJSON *mf_json_add(cJSON *object, const char *name, cJSON *item)
{
    if (object != NULL && item != NULL &&
        (name != NULL ? cJSON_AddItemToObject(object, name, item)
                      : cJSON_AddItemToArray(object, item)))
        return object;
    cJSON_Delete(item);
    cJSON_Delete(object);
    return NULL;
}

cJSON *mf_json_add_text(cJSON *object, const char *name, const char *text)
{
    return text != NULL ? mf_json_add(object, name, cJSON_CreateString(text)) : object;
}

cJSON *mf_json_add_number(cJSON *object, const char *name, double number)
{
    return isnan(number) ? object : mf_json_add(object, name, cJSON_CreateNumber(number));
}
