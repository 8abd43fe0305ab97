/* service: a Mapflow service in memory, behind the transport interface, with a clock of its own.
 *
 * Its memory is shared with forked children, so that several processes can use one service, and
 * what a child has created outlives it. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdatomic.h>
#include <stdint.h>

#include "api/client.h"
#include "base/uuid.h"

#define SERVICE_PROJECT "11111111-2222-4333-8444-555555555501"
#define SERVICE_URL "https://api.example.com/rest"
#define SERVICE_START 1795780800.0 /* s since 1970: 2026-11-27T12:00:00Z */

/* What becomes of a request that creates. */
enum service_fault {
    SERVICE_GOOD,
    SERVICE_REFUSED,       /* 403 */
    SERVICE_NOT_SENT,      /* no connection */
    SERVICE_LOST_BEFORE,   /* the connection breaks, nothing is created */
    SERVICE_LOST_AFTER,    /* it breaks after the processing was created */
    SERVICE_LATE,          /* it breaks, and the processing appears later, within ten minutes */
    SERVICE_BROKEN,        /* 502, nothing is created */
    SERVICE_BROKEN_AFTER,  /* 504, and the processing is created */
    SERVICE_MEANINGLESS,   /* 200 with another document, nothing is created */
    SERVICE_WITHOUT_AN_ID, /* the same, created */
    SERVICE_EMPTY,         /* 200 with nothing, created */
    SERVICE_FAULTS
};

enum service_totals { SERVICE_TRUE_TOTALS, SERVICE_NO_TOTALS, SERVICE_PAGE_TOTALS };

/* What is asked of it. */
enum service_call {
    SERVICE_STATUS,
    SERVICE_DEFAULT,
    SERVICE_COST,
    SERVICE_LIST,
    SERVICE_LISTED, /* the same request, when the list was made and before the answer */
    SERVICE_CREATE, /* before anything is done */
    SERVICE_CREATED /* the same request, when it was done and before the answer */
};

struct service_item {
    char id[MF_UUID_SIZE];
    char marker[MF_UUID_SIZE]; /* "" for those of others */
    char name[32];
    double created; /* s since 1970 by its clock; it is not there before */
};

enum { SERVICE_ITEMS = 4096, SERVICE_PLANS = 64 };

struct service {
    double now;    /* s since 1970 */
    double skew;   /* how far the client's clock is ahead, s */
    int most;      /* entries of a page */
    int is_sorted; /* 0: the oldest first, whatever was asked for */
    enum service_totals totals;
    int has_pages;    /* 0: the whole list alone */
    int has_prices;   /* the account pays in credits */
    double price;     /* credits of a processing, when they are asked for … */
    double real_cost; /* … and when it is created; NaN: not told */
    enum service_fault plans[SERVICE_PLANS]; /* of the requests that create, in order; then good */
    int create_count;                        /* requests that create, so far */
    int list_count;                          /* requests for lists, so far */
    int broken_lists;                        /* so many lists to come fail: 500 or no list */
    int added_a_page, removed_in_256;        /* what others do before each page */
    int is_shared; /* several processes at once: sleeping is real, and retries follow at once */
    uint64_t random;
    atomic_flag lock;
    int count;
    struct service_item items[SERVICE_ITEMS];
};

/* In shared memory, for good. */
struct service *service_new(void);

/* As new, with a seed. */
void service_reset(struct service *service, uint64_t seed);

/* A number below `limit`. */
uint32_t service_random(struct service *service, uint32_t limit);

/* A processing of somebody else. */
void service_add_foreign(struct service *service, double created);

/* Processings of that name, also those that do not appear yet. */
int service_count(const struct service *service, const char *name);

const struct service_item *service_find(const struct service *service, const char *id);

/* An account at the service. Warnings go nowhere. */
struct mf_client *service_client(struct service *service);

/* The client's clock, s since 1970. */
double service_utc(struct service *service);

/* Called in this process at each request, outside the service's lock; may end the process. */
extern void (*service_on_call)(struct service *service, enum service_call call);

#endif
