/* Writes the indexes of GeoJSON documents, as seeds.
 *
 *     fuzz_make_index FOLDER DOCUMENT… */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "store/index_file_internal.h"
#include "base/str.h"

static int make(const char *folder, const char *path, int number)
{
    const struct mf_schema_rules rules = {.untyped_objects_are_rows = 1};
    struct mf_index_facts facts;
    struct mf_collection found;
    struct mf_map map;
    struct mf_file file;
    struct mf_error err;
    mf_error_init(&err);
    memset(&facts, 0, sizeof facts);
    facts.name = "name";
    facts.fingerprint = "OK||2026-08-02";
    facts.processing = "{}";
    facts.boot_id = "boot";
    if (mf_map_path(&map, path, &err) != 0)
        return -1;
    if (fuzz_scan(map.data, map.size, 0, 1, &rules, &found, &err) == 0) {
        facts.document.identity.size = map.size;
        facts.features.identity.size = found.feature_count * sizeof *found.features;
        char *const name = mf_str_format("%s/%d.index", folder, number);
        if (name == NULL || mf_file_create_temporary(&file, folder, "", &err) != 0 ||
            mf_index_write(&file, &found, &facts, &err) != 0 ||
            mf_file_install(&file, name, &err) != 0)
            return -1;
        mf_file_close(&file);
        free(name);
        mf_collection_free(&found);
    }
    mf_map_release(&map);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; ++i) {
        if (make(argv[1], argv[i], i) != 0)
            return 1;
    }
    return 0;
}
