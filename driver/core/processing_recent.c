/* The short memory of answers about processings. */
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "processing.h"
#include "result.h"
#include "text.h"

#define REMEMBERED 64

/* Answers, the newest of each processing, guarded by the global lock. */
static struct answer {
    char *key;
    char *document;
    double time; /* s, monotonic */
} answers[REMEMBERED];

static char *key_of(const struct mf_client *client, const char *id)
{
    return mf_text_format("%s %llu %s", mf_client_base_url(client),
                          (unsigned long long)mf_client_account(client), id);
}

/* A copy of the remembered document, NULL when there is none that is young enough. */
static char *recall(const char *key, double max_age)
{
    char *copy = NULL;
    const double now = mf_clock_monotonic();
    mf_global_lock();
    for (int i = 0; i < REMEMBERED && copy == NULL; ++i) {
        if (answers[i].key != NULL && strcmp(answers[i].key, key) == 0 &&
            now - answers[i].time < max_age)
            copy = mf_text_format("%s", answers[i].document);
    }
    mf_global_unlock();
    return copy;
}

/* Takes the place of the same processing, or of the oldest answer. Takes over the key. */
static void remember(char *key, const char *document)
{
    char *const copy = mf_text_format("%s", document);
    mf_global_lock();
    int place = 0;
    for (int i = 0; i < REMEMBERED; ++i) {
        if (answers[i].key == NULL || answers[i].time < answers[place].time)
            place = i;
        if (answers[i].key != NULL && strcmp(answers[i].key, key) == 0) {
            place = i;
            break;
        }
    }
    free(answers[place].key);
    free(answers[place].document);
    answers[place] = (struct answer){copy != NULL ? key : NULL, copy, mf_clock_monotonic()};
    mf_global_unlock();
    if (copy == NULL)
        free(key);
}

static int parse(struct mf_processing *processing, const char *document)
{
    cJSON *const json = cJSON_Parse(document);
    const int failed = json == NULL || mf_processing_parse(processing, json, NULL) != 0;
    cJSON_Delete(json);
    return failed;
}

int mf_processing_get_recent(struct mf_processing *processing, struct mf_client *client,
                             const char *id, struct mf_error *err)
{
    char *const key = key_of(client, id);
    const int is_open = mf_result_is_open(mf_client_base_url(client), id);
    char *const known =
        key != NULL ? recall(key, is_open ? MF_RECENT_WHILE_OPEN : MF_RECENT) : NULL;
    if (known != NULL && parse(processing, known) == 0) {
        free(known);
        free(key);
        return 0;
    }
    free(known);
    const int failed = mf_processing_get(processing, client, id, err);
    if (!failed && key != NULL && mf_processing_is_terminal(processing))
        remember(key, processing->document);
    else
        free(key);
    return failed;
}

void mf_processing_forget(const struct mf_client *client, const char *id)
{
    char *const key = key_of(client, id);
    mf_global_lock();
    for (int i = 0; i < REMEMBERED; ++i) {
        /* Without memory for the key: all, better than one too few. */
        if (key == NULL || (answers[i].key != NULL && strcmp(answers[i].key, key) == 0)) {
            free(answers[i].key);
            free(answers[i].document);
            answers[i] = (struct answer){NULL, NULL, 0};
        }
    }
    mf_global_unlock();
    free(key);
}
