/* The order of fields: a topological one over "a stands before b in some feature". */
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

static int grow_edges(struct mf_schema_builder *builder)
{
    uint64_t *const old = builder->edges;
    const size_t old_count = old == NULL ? 0 : builder->edge_mask + 1;
    const size_t count = old == NULL ? 64 : old_count * 2;
    uint64_t *const edges = calloc(count, sizeof *edges);
    if (edges == NULL)
        return MF_SCHEMA_NO_MEMORY;
    builder->edges = edges;
    builder->edge_mask = count - 1;
    for (size_t i = 0; i < old_count; ++i) {
        if (old[i] != 0)
            edges[edge_slot(builder, old[i])] = old[i];
    }
    free(old);
    return 0;
}

/* Whether `to` can be reached from `from`: 1, 0, or MF_SCHEMA_NO_MEMORY. */
static int reaches(const struct mf_schema_builder *builder, int from, int to)
{
    const size_t count = (size_t)builder->field_count;
    if (builder->fields[from].next_count == 0)
        return from == to;
    unsigned char *const seen = calloc(count, 1);
    int *const stack = malloc(count * sizeof *stack);
    int found = seen == NULL || stack == NULL ? MF_SCHEMA_NO_MEMORY : 0;
    if (found == 0) {
        size_t depth = 0;
        stack[depth++] = from;
        seen[from] = 1;
        while (depth > 0 && !found) {
            const int node = stack[--depth];
            const struct mf_schema_builder_field *const field = &builder->fields[node];
            found = node == to;
            for (int i = 0; i < field->next_count; ++i) {
                if (!seen[field->next[i]]) {
                    seen[field->next[i]] = 1;
                    stack[depth++] = field->next[i];
                }
            }
        }
    }
    free(seen);
    free(stack);
    return found;
}

static int add_next(struct mf_schema_builder_field *field, int to)
{
    if (field->next_count == field->next_capacity) {
        const int capacity = field->next_capacity * 2 + 4;
        int *const next = realloc(field->next, (size_t)capacity * sizeof *next);
        if (next == NULL)
            return MF_SCHEMA_NO_MEMORY;
        field->next = next;
        field->next_capacity = capacity;
    }
    field->next[field->next_count++] = to;
    return 0;
}

int mf_schema_builder_add_edge(struct mf_schema_builder *builder, int from, int to)
{
    int *const followers = builder->fields[from].followers;
    if (from == to || followers[0] == to || followers[1] == to)
        return 0;
    if (builder->edges == NULL || builder->edge_count * 2 > builder->edge_mask) {
        if (grow_edges(builder) != 0)
            return MF_SCHEMA_NO_MEMORY;
    }
    const uint64_t edge = ((uint64_t)(uint32_t)from << 32 | (uint32_t)to) + 1;
    const size_t slot = edge_slot(builder, edge);
    if (builder->edges[slot] == 0) {
        /* An edge that would close a circle stays out, and is remembered as known. */
        const int circle = reaches(builder, to, from);
        if (circle == MF_SCHEMA_NO_MEMORY || (!circle && add_next(&builder->fields[from], to) != 0))
            return MF_SCHEMA_NO_MEMORY;
        builder->edges[slot] = edge;
        ++builder->edge_count;
    }
    followers[1] = followers[0];
    followers[0] = to;
    return 0;
}

static int name_before(const struct mf_schema_builder *builder, int a, int b)
{
    const struct mf_field *const x = &builder->fields[a].field;
    const struct mf_field *const y = &builder->fields[b].field;
    const int order =
        memcmp(x->name, y->name, x->name_size < y->name_size ? x->name_size : y->name_size);
    return order != 0 ? order < 0 : x->name_size < y->name_size;
}

/* A heap of fields, the one with the first name on top. */
static void heap_push(const struct mf_schema_builder *builder, int *heap, int *count, int field)
{
    int i = (*count)++;
    while (i > 0 && name_before(builder, field, heap[(i - 1) / 2])) {
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
        if (child + 1 < *count && name_before(builder, heap[child + 1], heap[child]))
            ++child;
        if (!name_before(builder, heap[child], last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return top;
}

int mf_schema_builder_order(struct mf_schema_builder *builder, struct mf_field *ordered)
{
    const size_t count = (size_t)builder->field_count;
    int *const before = calloc(count + 1, sizeof *before);
    int *const heap = malloc((count + 1) * sizeof *heap);
    if (before == NULL || heap == NULL) {
        free(before);
        free(heap);
        return MF_SCHEMA_NO_MEMORY;
    }
    int heap_count = 0, done = 0;
    for (int i = 0; i < builder->field_count; ++i)
        for (int k = 0; k < builder->fields[i].next_count; ++k)
            ++before[builder->fields[i].next[k]];
    for (int i = 0; i < builder->field_count; ++i) {
        if (before[i] == 0)
            heap_push(builder, heap, &heap_count, i);
    }
    int *const order = malloc((count + 1) * sizeof *order);
    while (order != NULL && heap_count > 0) {
        const int i = heap_pop(builder, heap, &heap_count);
        order[done++] = i;
        for (int k = 0; k < builder->fields[i].next_count; ++k) {
            if (--before[builder->fields[i].next[k]] == 0)
                heap_push(builder, heap, &heap_count, builder->fields[i].next[k]);
        }
    }
    for (int i = 0; i < done; ++i) {
        ordered[i] = builder->fields[order[i]].field;
        builder->fields[order[i]].field.name = NULL;
    }
    const int failed = order == NULL;
    free(order);
    free(before);
    free(heap);
    return failed ? MF_SCHEMA_NO_MEMORY : 0;
}
