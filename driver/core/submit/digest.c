/* SPDX-License-Identifier: MIT */
/* Digests, by which repeated jobs are recognized. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "submit/submission_internal.h"

/* Changes with the input of the digest: jobs of different versions are never the same. */
#define DIGEST_VERSION "1"

/* Positions that differ by less than this are the same: versions of PROJ round differently. */
#define STEPS 1e8 /* per degree: a step is about 1 mm */

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Returns the checksum of a set, independent of the order of its members. Sorts them. */
static uint64_t digest_set(uint64_t *members, size_t count)
{
    qsort(members, count, sizeof *members, compare);
    return mf_checksum_of(members, count * sizeof *members);
}

/* Digests the positions in order from the smallest on: where a ring begins does not matter. */
static int digest_ring(const struct mf_ring *ring, uint64_t *digest)
{
    const size_t count = ring->count - 1; /* the last position repeats the first */
    int64_t *const steps = malloc(count * 2 * sizeof *steps);
    size_t first = 0;
    if (steps == NULL)
        return -1;
    for (size_t i = 0; i < count * 2; i++)
        steps[i] = (int64_t)llround(ring->lonlat[i] * STEPS);
    for (size_t i = 1; i < count; i++)
        if (steps[2 * i] < steps[2 * first] ||
            (steps[2 * i] == steps[2 * first] && steps[2 * i + 1] < steps[2 * first + 1]))
            first = i;
    struct mf_checksum sum;
    mf_checksum_init(&sum);
    mf_checksum_add(&sum, steps + 2 * first, (count - first) * 2 * sizeof *steps);
    mf_checksum_add(&sum, steps, first * 2 * sizeof *steps);
    *digest = mf_checksum_value(&sum);
    free(steps);
    return 0;
}

static int digest_polygon(const struct mf_polygon *polygon, uint64_t *digest)
{
    uint64_t *const rings = calloc(polygon->count, sizeof *rings);
    int failed = rings == NULL;
    for (size_t i = 0; !failed && i < polygon->count; i++)
        failed = digest_ring(&polygon->rings[i], &rings[i]);
    if (!failed) {
        const uint64_t outer_and_holes[2] = {rings[0], digest_set(rings + 1, polygon->count - 1)};
        *digest = mf_checksum_of(outer_and_holes, sizeof outer_and_holes);
    }
    free(rings);
    return failed ? -1 : 0;
}

static int digest_polygons(const struct mf_polygons *polygons, uint64_t *digest)
{
    uint64_t *const items = calloc(polygons->count, sizeof *items);
    int failed = items == NULL;
    for (size_t i = 0; !failed && i < polygons->count; i++)
        failed = digest_polygon(&polygons->items[i], &items[i]);
    if (!failed)
        *digest = digest_set(items, polygons->count);
    free(items);
    return failed ? -1 : 0;
}

/* Adds the NUL too, so that "a", "b" differs from "ab", "". */
static void add_text(struct mf_checksum *sum, const char *text)
{
    mf_checksum_add(sum, text, strlen(text) + 1);
}

/* Adds a document and deletes it. NULL means out of memory. */
static int add_document(struct mf_checksum *sum, cJSON *document)
{
    char *const text = cJSON_PrintUnformatted(document);
    cJSON_Delete(document);
    if (text == NULL)
        return -1;
    add_text(sum, text);
    cJSON_free(text);
    return 0;
}

int mf_submission_digest(const struct mf_submission *s, struct mf_job *job, struct mf_error *err)
{
    struct mf_checksum sum;
    uint64_t geometry = 0;
    mf_checksum_init(&sum);
    add_text(&sum, DIGEST_VERSION);
    add_text(&sum, s->model_id);
    add_text(&sum, job->name);
    if (digest_polygons(&job->polygons, &geometry) != 0 ||
        add_document(&sum, mf_submission_params(s)) != 0 ||
        add_document(&sum, mf_submission_blocks(s)) != 0)
        return mf_out_of_memory(err);
    mf_checksum_add(&sum, &geometry, sizeof geometry);
    job->digest = mf_checksum_value(&sum);
    return 0;
}
