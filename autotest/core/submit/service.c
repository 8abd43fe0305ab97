#include "service.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define MODELS                                                                                     \
    "[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"Buildings\",\"pricePerSqKm\":5}" \
    "]"

void (*service_on_call)(struct service *service, enum service_call call);

/* ---- the service ---------------------------------------------------------------------------- */

struct service *service_new(void)
{
    struct service *const service =
        mmap(NULL, sizeof *service, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (service == MAP_FAILED)
        abort();
    service_reset(service, 1);
    return service;
}

void service_reset(struct service *service, uint64_t seed)
{
    memset(service, 0, offsetof(struct service, items));
    service->now = SERVICE_START;
    service->most = 100;
    service->is_sorted = 1;
    service->has_pages = 1;
    service->price = 5;
    service->real_cost = NAN;
    service->random = seed * 0x9E3779B97F4A7C15U + 0x6A09E667F3BCC909U;
    atomic_flag_clear(&service->lock);
}

static uint64_t next_random(struct service *service)
{
    service->random ^= service->random << 13;
    service->random ^= service->random >> 7;
    service->random ^= service->random << 17;
    return service->random;
}

uint32_t service_random(struct service *service, uint32_t limit)
{
    return (uint32_t)((next_random(service) >> 32) * limit >> 32);
}

static void lock(struct service *service)
{
    while (atomic_flag_test_and_set(&service->lock))
        sched_yield();
}

static void unlock(struct service *service)
{
    atomic_flag_clear(&service->lock);
}

static struct service_item *add_item(struct service *service, const char *name, const char *marker,
                                     double created)
{
    if (service->count == SERVICE_ITEMS)
        abort();
    struct service_item *const item = &service->items[service->count++];
    const unsigned long long a = next_random(service), b = next_random(service);
    snprintf(item->id, sizeof item->id, "%08llx-%04llx-4%03llx-8%03llx-%012llx", a >> 32,
             a >> 16 & 0xffff, a & 0xfff, b >> 48 & 0xfff, b & 0xffffffffffff);
    snprintf(item->name, sizeof item->name, "%s", name);
    snprintf(item->marker, sizeof item->marker, "%s", marker);
    item->created = created;
    return item;
}

void service_add_foreign(struct service *service, double created)
{
    add_item(service, "of somebody else", "", created);
}

int service_count(const struct service *service, const char *name)
{
    int count = 0;
    for (int i = 0; i < service->count; i++)
        count += strcmp(service->items[i].name, name) == 0;
    return count;
}

const struct service_item *service_find(const struct service *service, const char *id)
{
    for (int i = 0; i < service->count; i++)
        if (strcmp(service->items[i].id, id) == 0)
            return &service->items[i];
    return NULL;
}

/* ---- clock ---------------------------------------------------------------------------------- */

static double slept, owed; /* s, by this process while several are at work */

static double now_of(const struct service *service)
{
    return service->now + (service->is_shared ? slept : 0);
}

static double monotonic(void *ctx)
{
    return now_of(ctx);
}

static double utc(void *ctx)
{
    const struct service *const service = ctx;
    return now_of(service) + service->skew;
}

double service_utc(struct service *service)
{
    return utc(service);
}

/* While one process sleeps the others work: a fifth of a second is 0.1 ms. */
static void sleep_now(void *ctx, double seconds)
{
    struct service *const service = ctx;
    if (!service->is_shared) {
        service->now += seconds;
        return;
    }
    slept += seconds;
    owed += seconds;
    if (owed < 0.2)
        return;
    owed = 0;
    usleep(100);
}

/* ---- answers -------------------------------------------------------------------------------- */

static int fail(struct mf_response *response, int was_sent, struct mf_error *err)
{
    response->request_sent = was_sent;
    response->is_transient = 1;
    return mf_error_set(err, MF_ERR_NETWORK, "The connection broke");
}

static int answer(struct mf_response *response, int status, const char *body)
{
    response->request_sent = 1;
    response->status = status;
    response->body = mf_str_copy(body);
    response->body_size = strlen(body);
    return 0;
}

static size_t print_item(const struct service *service, const struct service_item *item, char *text,
                         size_t size)
{
    char created[MF_TIME_SIZE], cost[40] = "";
    mf_time_format(item->created, created);
    if (!isnan(service->real_cost))
        snprintf(cost, sizeof cost, ",\"cost\":%g", service->real_cost);
    return (size_t)snprintf(text, size,
                            "{\"id\":\"%s\",\"name\":\"%s\",\"projectId\":\"" SERVICE_PROJECT
                            "\",\"status\":\"IN_PROGRESS\",\"created\":\"%s\",\"meta\":{"
                            "\"submission\":\"%s\"}%s}",
                            item->id, item->name, created, item->marker, cost);
}

/* ---- creating ------------------------------------------------------------------------------- */

static int has_created(enum service_fault fault)
{
    return fault == SERVICE_GOOD || fault == SERVICE_LOST_AFTER || fault == SERVICE_LATE ||
           fault == SERVICE_BROKEN_AFTER || fault == SERVICE_WITHOUT_AN_ID ||
           fault == SERVICE_EMPTY;
}

static int create(struct service *service, const struct mf_request *request,
                  struct mf_response *response, struct mf_error *err)
{
    char text[400] = "{}";
    cJSON *const body = cJSON_Parse(request->body);
    lock(service);
    const int turn = service->create_count++;
    const enum service_fault fault = turn < SERVICE_PLANS ? service->plans[turn] : SERVICE_GOOD;
    if (has_created(fault)) {
        const double delay = fault == SERVICE_LATE ? service_random(service, 590) : 0;
        print_item(service,
                   add_item(service, mf_json_string(body, "name", ""),
                            mf_json_string(mf_json_member(body, "meta"), "submission", ""),
                            now_of(service) + delay),
                   text, sizeof text);
    }
    unlock(service);
    cJSON_Delete(body);
    if (service_on_call != NULL)
        service_on_call(service, SERVICE_CREATED);
    switch (fault) {
    case SERVICE_GOOD:
        return answer(response, 200, text);
    case SERVICE_REFUSED:
        return answer(response, 403, "{\"code\":\"FORBIDDEN\",\"message\":\"not now\"}");
    case SERVICE_BROKEN:
        return answer(response, 502, "<html></html>");
    case SERVICE_BROKEN_AFTER:
        return answer(response, 504, "");
    case SERVICE_MEANINGLESS:
    case SERVICE_WITHOUT_AN_ID:
        return answer(response, 200, "{\"message\":\"thank you\"}");
    case SERVICE_EMPTY:
        return answer(response, 200, "");
    default:
        return fail(response, fault != SERVICE_NOT_SENT, err);
    }
}

/* ---- listing -------------------------------------------------------------------------------- */

/* What is there now, the newest first; of one moment the last that was added. Most are added in the
 * order of their times. */
static int choose_items(const struct service *service, const struct service_item **chosen)
{
    int count = 0;
    for (int i = service->count - 1; i >= 0; i--) {
        const struct service_item *const item = &service->items[i];
        int at = count;
        if (item->created > now_of(service))
            continue;
        for (; at > 0 && chosen[at - 1]->created < item->created; at--)
            chosen[at] = chosen[at - 1];
        chosen[at] = item;
        count++;
    }
    return count;
}

/* What others do between two pages. */
static void change_list(struct service *service)
{
    for (int i = 0;
         i < service->added_a_page && !service->is_shared && service->count < SERVICE_ITEMS - 100;
         i++)
        service_add_foreign(service, now_of(service));
    if ((int)service_random(service, 256) >= service->removed_in_256)
        return;
    const int at = (int)service_random(service, (uint32_t)service->count + 1);
    if (at < service->count && service->items[at].marker[0] == '\0')
        service->items[at].created = INFINITY; /* never seen again */
}

static char *print_list(struct service *service, size_t offset, size_t limit, int is_whole)
{
    static const struct service_item *chosen[SERVICE_ITEMS];
    static char text[SERVICE_ITEMS * 300];
    size_t used = 0;
    const size_t count = (size_t)choose_items(service, chosen);
    const size_t first = offset < count ? offset : count;
    const size_t last = count - first < limit ? count : first + limit;
    used = (size_t)sprintf(text, is_whole ? "[" : "{\"results\":[");
    for (size_t i = first; i < last; i++) {
        used += (size_t)sprintf(text + used, i > first ? "," : "");
        used += print_item(service, chosen[service->is_sorted ? i : count - 1 - i], text + used,
                           sizeof text - used);
    }
    used += (size_t)sprintf(text + used, "]");
    if (!is_whole && service->totals != SERVICE_NO_TOTALS)
        used += (size_t)sprintf(text + used, ",\"total\":%zu",
                                service->totals == SERVICE_PAGE_TOTALS ? last - first : count);
    sprintf(text + used, is_whole ? "" : "}");
    return text;
}

static int list(struct service *service, const struct mf_request *request,
                struct mf_response *response, struct mf_error *err)
{
    const int is_whole = request->body == NULL;
    int outcome;
    cJSON *const body = is_whole ? NULL : cJSON_Parse(request->body);
    lock(service);
    service->list_count++;
    change_list(service);
    if (!is_whole && !service->has_pages) {
        outcome = answer(response, 404, "{}");
    } else if (service->broken_lists > 0) {
        const uint32_t kind = service_random(service, 4);
        service->broken_lists--;
        outcome = kind == 0   ? fail(response, 1, err)
                  : kind == 1 ? answer(response, 500, "oops")
                  : kind == 2 ? answer(response, 200, "{\"message\":\"thank you\"}")
                              : answer(response, 200, "null");
    } else {
        const size_t limit = is_whole ? SERVICE_ITEMS : (size_t)mf_json_number(body, "limit", 0);
        const size_t most = (size_t)service->most;
        outcome = answer(response, 200,
                         print_list(service, (size_t)mf_json_number(body, "offset", 0),
                                    is_whole || limit < most ? limit : most, is_whole));
    }
    unlock(service);
    cJSON_Delete(body);
    if (service_on_call != NULL)
        service_on_call(service, SERVICE_LISTED);
    return outcome;
}

/* ---- all calls ------------------------------------------------------------------------------ */

static int ends_with(const char *text, const char *end)
{
    const size_t size = strlen(text), part = strlen(end);
    return size >= part && strcmp(text + size - part, end) == 0;
}

static int perform(void *ctx, const struct mf_request *request, struct mf_response *response,
                   struct mf_error *err)
{
    struct service *const service = ctx;
    const char *const url = request->url;
    char text[1200];
    const enum service_call call = ends_with(url, "/user/status")          ? SERVICE_STATUS
                                   : ends_with(url, "/projects/default")   ? SERVICE_DEFAULT
                                   : ends_with(url, "/processing/cost/v2") ? SERVICE_COST
                                   : strstr(url, "/projects/") != NULL     ? SERVICE_LIST
                                                                           : SERVICE_CREATE;
    mf_response_free(response);
    if (service_on_call != NULL)
        service_on_call(service, call);
    switch (call) {
    case SERVICE_STATUS:
        snprintf(text, sizeof text,
                 "{\"email\":\"me@example.com\",\"billingType\":\"%s\",\"remainingCredits\":100000,"
                 "\"models\":" MODELS ",\"dataProviders\":[{\"name\":\"Mapbox\"}]}",
                 service->has_prices ? "CREDITS" : "NONE");
        return answer(response, 200, text);
    case SERVICE_DEFAULT:
        return answer(response, 200,
                      "{\"id\":\"" SERVICE_PROJECT
                      "\",\"name\":\"Default\",\"isDefault\":true,\"workflowDefs\":" MODELS "}");
    case SERVICE_COST:
        snprintf(text, sizeof text, "%g", service->price);
        return answer(response, 200, text);
    case SERVICE_LIST:
        return list(service, request, response, err);
    default:
        return create(service, request, response, err);
    }
}

struct mf_client *service_client(struct service *service)
{
    static struct mf_clock clock;
    struct mf_client *client = NULL;
    clock = (struct mf_clock){service, monotonic, utc, sleep_now};
    const struct mf_client_options options = {.base_url = SERVICE_URL,
                                              .token = "me@example.com:secret",
                                              .max_retry = -1,
                                              .retry_delay = service->is_shared ? 0.001 : -1,
                                              .transport = {service, perform, NULL},
                                              .clock = &clock};
    if (mf_client_open(&client, &options, NULL) != 0)
        abort();
    return client;
}
