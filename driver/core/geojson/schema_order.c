/* SPDX-License-Identifier: MIT */
/* Orders fields topologically by "a precedes b in some feature". */
#include <stdlib.h>

#include "base/checksum.h"
#include "geojson/schema_internal.h"

static size_t edge_slot(const struct mf_schema_builder *builder, uint64_t edge)
{
    size_t slot = (size_t)mf_checksum_of(&edge, sizeof edge) & builder->edge_mask;
    while (builder->edges[slot] != 0 && builder->edges[slot] != edge)
        slot = (slot + 1) & builder->edge_mask;
    return slot;
}

static enum mf_parse_status grow_edges(struct mf_schema_builder *builder)
{
    uint64_t *const old = builder->edges;
    const size_t old_count = old == NULL ? 0 : builder->edge_mask + 1;
    const size_t count = old == NULL ? 64 : old_count * 2;
    uint64_t *const edges = calloc(count, sizeof *edges);
    if (edges == NULL)
        return MF_PARSE_NO_MEMORY;
    builder->edges = edges;
    builder->edge_mask = count - 1;
    for (size_t i = 0; i < old_count; ++i) {
        if (old[i] != 0)
            edges[edge_slot(builder, old[i])] = old[i];
    }
    free(old);
    return MF_PARSE_OK;
}

/* Sets *is_reached to whether `to` can be reached from `from`. */
static enum mf_parse_status find_path(const struct mf_schema_builder *builder, int from, int to,
                                      bool *is_reached)
{
    const size_t count = (size_t)builder->schema.field_count;
    *is_reached = from == to;
    if (builder->fields[from].next_count == 0)
        return MF_PARSE_OK;
    int *const stack = malloc(count * sizeof *stack);
    bool *const seen = calloc(count, sizeof *seen);
    size_t depth = 0;
    if (stack != NULL && seen != NULL) {
        stack[depth++] = from;
        seen[from] = true;
    }
    while (depth > 0 && !*is_reached) {
        const int node = stack[--depth];
        const struct mf_schema_builder_field *const field = &builder->fields[node];
        *is_reached = node == to;
        for (int i = 0; i < field->next_count; ++i) {
            if (!seen[field->next[i]])
                stack[depth++] = field->next[i];
            seen[field->next[i]] = true;
        }
    }
    const bool has_memory = stack != NULL && seen != NULL;
    free(seen);
    free(stack);
    return has_memory ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
}

static enum mf_parse_status add_next(struct mf_schema_builder_field *field, int to)
{
    if (field->next_count == field->next_capacity) {
        const int capacity = field->next_capacity * 2 + 4;
        int *const next = realloc(field->next, (size_t)capacity * sizeof *next);
        if (next == NULL)
            return MF_PARSE_NO_MEMORY;
        field->next = next;
        field->next_capacity = capacity;
    }
    field->next[field->next_count++] = to;
    return MF_PARSE_OK;
}

enum mf_parse_status mf_schema_builder_add_edge(struct mf_schema_builder *builder, int from, int to)
{
    int *const followers = builder->fields[from].followers;
    if (from == to || followers[0] == to || followers[1] == to)
        return MF_PARSE_OK;
    if (builder->edges == NULL || builder->edge_count * 2 > builder->edge_mask)
        MF_TRY(grow_edges(builder));
    const uint64_t edge = ((uint64_t)(uint32_t)from << 32 | (uint32_t)to) + 1;
    const size_t slot = edge_slot(builder, edge);
    if (builder->edges[slot] == 0) {
        /* An edge that would close a cycle is left out, but recorded as known. */
        bool closes_circle;
        MF_TRY(find_path(builder, to, from, &closes_circle));
        if (!closes_circle)
            MF_TRY(add_next(&builder->fields[from], to));
        builder->edges[slot] = edge;
        ++builder->edge_count;
    }
    followers[1] = followers[0];
    followers[0] = to;
    return MF_PARSE_OK;
}

static bool precedes(const struct mf_schema_builder *builder, int a, int b)
{
    const struct mf_field *const x = &builder->schema.fields[a];
    const struct mf_field *const y = &builder->schema.fields[b];
    const int order =
        memcmp(x->name, y->name, x->name_size < y->name_size ? x->name_size : y->name_size);
    return order != 0 ? order < 0 : x->name_size < y->name_size;
}

/* A heap of fields, with the first name on top. */
static void heap_push(const struct mf_schema_builder *builder, int *heap, int *count, int field)
{
    int i = (*count)++;
    while (i > 0 && precedes(builder, field, heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = field;
}

static int heap_pop(const struct mf_schema_builder *builder, int *heap, int *count)
{
    const int top = heap[0];
    const int last = heap[--*count];
    int i = 0;
    for (;;) {
        int child = 2 * i + 1;
        if (child >= *count)
            break;
        if (child + 1 < *count && precedes(builder, heap[child + 1], heap[child]))
            ++child;
        if (!precedes(builder, heap[child], last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return top;
}

enum mf_parse_status mf_schema_builder_order(struct mf_schema_builder *builder,
                                             struct mf_field *ordered)
{
    const int count = builder->schema.field_count;
    int *const before = calloc((size_t)count * 2 + 1, sizeof *before); /* predecessors left */
    int *const heap = before + count;
    int heap_count = 0;
    if (before == NULL)
        return MF_PARSE_NO_MEMORY;
    for (int i = 0; i < count; ++i)
        for (int k = 0; k < builder->fields[i].next_count; ++k)
            ++before[builder->fields[i].next[k]];
    for (int i = 0; i < count; ++i) {
        if (before[i] == 0)
            heap_push(builder, heap, &heap_count, i);
    }
    for (int done = 0; heap_count > 0; ++done) {
        const int i = heap_pop(builder, heap, &heap_count);
        ordered[done] = builder->schema.fields[i];
        builder->schema.fields[i].name = NULL;
        builder->schema.fields[i].beyond_int64 = NULL;
        for (int k = 0; k < builder->fields[i].next_count; ++k) {
            const int next = builder->fields[i].next[k];
            if (--before[next] == 0)
                heap_push(builder, heap, &heap_count, next);
        }
    }
    free(before);
    return MF_PARSE_OK;
}
