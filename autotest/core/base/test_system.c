/* Every system must do the same: with files, folders and locks whose names are long or not ASCII,
 * locks of threads, and interrupts. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/program.h"
#include "base/signal.h"
#include "base/str.h"
#include "base/thread.h"
#include "check.h"

static char top[] = "/tmp/mapflow-test-XXXXXX";
static char *folder;

/* Longer than MAX_PATH of Windows, 260 characters. */
static char *long_folder(void)
{
    static const char name[] = "Ein Ordner \xC3\xBC"
                               "ber \xE2\x82\xAC und \xF0\x9F\x8C\x8D, der lang ist";
    char *path = mf_str_copy(top);
    for (int i = 0; i < 8; i++) {
        char *const longer = mf_str_format("%s/%s", path, name);
        free(path);
        path = longer;
    }
    return path;
}

static char *path_of(const char *name)
{
    return mf_str_format("%s/%s", folder, name);
}

static void write_file(const char *path, const char *text)
{
    struct mf_file file;
    struct mf_error err;
    mf_error_init(&err);
    CHECK_NUMBER(mf_file_create_temporary(&file, folder, "new-", &err), 0);
    CHECK_NUMBER(mf_file_write(&file, text, strlen(text), &err), 0);
    CHECK_NUMBER(mf_file_install(&file, path, &err), 0);
    CHECK_TEXT(file.path, path);
    mf_file_close(&file);
    CHECK_TEXT(err.message, "");
}

static void check_content(const char *path, const char *wanted)
{
    char *text = NULL;
    int is_private = 0;
    CHECK_NUMBER(mf_read_small_file(path, 100, &text, &is_private, NULL), 0);
    CHECK_TEXT(text, wanted);
    CHECK_NUMBER(is_private, 1);
    free(text);
}

static void count_files(void *ctx, const char *name)
{
    CHECK(mf_str_is_utf8(name));
    ++*(int *)ctx;
}

static int file_count(void)
{
    int count = 0;
    mf_folder_list(folder, count_files, &count);
    return count;
}

static void test_folders(void)
{
    struct mf_error err;
    mf_error_init(&err);
    CHECK_NUMBER(mf_folder_create(folder, &err), 0);
    CHECK_NUMBER(mf_folder_create(folder, &err), 0); /* is there */
    CHECK_NUMBER(mf_folder_check_private(folder, &err), 0);
    CHECK_NUMBER(mf_folder_sync(folder, &err), 0);
    CHECK_TEXT(err.message, "");
    CHECK_NUMBER(file_count(), 0);
    char *const below_file = path_of("file/folder"), *const file = path_of("file");
    write_file(file, "x");
    CHECK_NUMBER(mf_folder_create(below_file, &err), -1);
    CHECK_HOLDS(err.message, below_file);
    mf_path_remove(file);
    free(below_file);
    free(file);
}

/* A process that has a replaced file open still reads the former content. */
static void test_replacing(void)
{
    char *const path = path_of("caf\xC3\xA9.index");
    struct mf_file_identity before, after;
    struct mf_map map;
    write_file(path, "first");
    CHECK_NUMBER(mf_path_identity(path, &before), 0);
    CHECK_NUMBER(before.size, 5);
    CHECK(before.changed > 0 && before.used > 0 && before.inode != 0);
    CHECK_NUMBER(mf_path_identity(path, &after), 0);
    CHECK(after.changed == before.changed && after.inode == before.inode);
    CHECK_NUMBER(mf_map_path(&map, path, NULL), 0);
    CHECK(map.size == 5 && memcmp(map.data, "first", 5) == 0);
    mf_map_release(&map);
#ifndef _WIN32 /* NTFS can do it, Wine cannot */
    struct mf_file reader;
    CHECK_NUMBER(mf_file_open_append(&reader, path, NULL), 0);
    write_file(path, "second!");
    CHECK_NUMBER(mf_map_file(&map, &reader, NULL), 0);
    CHECK(map.size == 5 && memcmp(map.data, "first", 5) == 0);
    mf_map_release(&map);
    mf_file_close(&reader);
#endif
    write_file(path, "second!");
    check_content(path, "second!");
    CHECK_NUMBER(mf_path_identity(path, &after), 0);
    CHECK(after.inode != before.inode || after.changed != before.changed);
    CHECK_NUMBER(file_count(), 1);
    mf_path_remove(path);
    mf_path_remove(path);
    CHECK_NUMBER(mf_path_identity(path, &after), -1);
    CHECK_NUMBER(file_count(), 0);
    free(path);
}

static void test_appending(void)
{
    char *const path = path_of("journal");
    struct mf_file first, second;
    struct mf_map map;
    CHECK_NUMBER(mf_file_open_append(&first, path, NULL), 0);
    CHECK_NUMBER(mf_file_open_append(&second, path, NULL), 0);
    CHECK_NUMBER(mf_file_write(&first, "one\n", 4, NULL), 0);
    CHECK_NUMBER(mf_file_write(&second, "two\n", 4, NULL), 0);
    CHECK_NUMBER(mf_map_file(&map, &second, NULL), 0);
    CHECK_NUMBER(mf_file_write(&first, "three\n", 6, NULL), 0); /* while it is mapped */
    CHECK(map.size == 8 && memcmp(map.data, "one\ntwo\n", 8) == 0);
    mf_map_release(&map);
    CHECK_NUMBER(mf_file_sync(&first, NULL), 0);
    check_content(path, "one\ntwo\nthree\n");
    mf_file_close(&first);
    mf_file_discard(&second);
    CHECK_NUMBER(file_count(), 0);
    free(path);
}

/* An unlinked file keeps what was written before and after, and is deleted when it is closed. */
static void test_unlinked(void)
{
    struct mf_file file;
    struct mf_map map;
    CHECK_NUMBER(mf_file_create_temporary(&file, folder, "x-", NULL), 0);
    CHECK_NUMBER(mf_file_write(&file, "wrong", 5, NULL), 0);
    CHECK_NUMBER(mf_file_truncate(&file, NULL), 0);
    CHECK_NUMBER(mf_file_write(&file, "good", 4, NULL), 0);
    mf_file_unlink(&file);
    CHECK_NUMBER(mf_file_write(&file, " too", 4, NULL), 0);
    CHECK_NUMBER(mf_map_file(&map, &file, NULL), 0);
    CHECK(map.size == 8 && memcmp(map.data, "good too", 8) == 0);
    mf_map_release(&map);
    mf_file_discard(&file);
    CHECK_NUMBER(file_count(), 0);
}

static void test_locks(void)
{
    char *const path = path_of("lock"), *text = NULL;
    struct mf_lock one, other;
    struct mf_file_identity before, after;
    struct mf_file file;
    CHECK_NUMBER(mf_lock_try(&one, path), 1);
    CHECK_NUMBER(mf_lock_try(&other, path), 0);
    CHECK_NUMBER(mf_lock_note(&one, "longer than"), 0);
    CHECK_NUMBER(mf_lock_note(&one, "mine"), 0);
    /* A lock keeps nobody from reading and writing. */
    CHECK_NUMBER(mf_read_small_file(path, 100, &text, NULL, NULL), 0);
    CHECK_TEXT(text, "mine");
    free(text);
    CHECK_NUMBER(mf_file_open_append(&file, path, NULL), 0);
    CHECK_NUMBER(mf_file_write(&file, "!", 1, NULL), 0);
    mf_file_close(&file);
    CHECK_NUMBER(mf_path_identity(path, &before), 0);
    mf_sleep(0.02);
    mf_lock_touch(&one);
    CHECK_NUMBER(mf_path_identity(path, &after), 0);
    CHECK(after.used > before.used);
    mf_path_remove(path); /* by its holder, as at the end of a run */
    mf_lock_release(&one);
    CHECK_NUMBER(mf_lock_try(&other, path), 1);
    CHECK_NUMBER(mf_lock_try(&one, path), 0);
    mf_lock_release(&other);
    CHECK_NUMBER(mf_lock_try(&one, path), 1);
    mf_lock_release(&one);
    mf_lock_release(&one);
    mf_path_remove(path);
    CHECK_NUMBER(mf_lock_try(&one, top), -1); /* a folder */
    free(path);
}

static void test_places(void)
{
    char *const cache = mf_user_cache_dir(), *const state = mf_user_state_dir();
    char *const temporary = mf_temporary_directory();
    CHECK(cache != NULL && state != NULL && strcmp(cache, state) != 0);
    CHECK_HOLDS(cache, "gdal-mapflow");
    CHECK_HOLDS(state, "gdal-mapflow");
    CHECK(temporary != NULL && access(temporary, 0) == 0);
    free(cache);
    free(state);
    free(temporary);
}

static void print_lines(FILE *stream)
{
    for (int i = 0; i < 1000; i++)
        fprintf(stream, "%d\n", i);
}

static void print_nothing(FILE *stream)
{
    (void)stream;
}

static void test_printed(void)
{
    char *text = mf_printed(print_lines);
    CHECK(text != NULL && strncmp(text, "0\n1\n2\n", 6) == 0);
    CHECK(text != NULL && strcmp(text + strlen(text) - 5, "\n999\n") == 0);
    free(text);
    text = mf_printed(print_nothing);
    CHECK_TEXT(text, "");
    free(text);
}

static void test_program(void)
{
    CHECK(mf_program_is("test_base_system", NULL));
    CHECK(!mf_program_is("test_base_system", "completion"));
    CHECK(!mf_program_is("test_base", NULL));
}

static void test_the_rest(void)
{
    struct mf_mutex mutex = {0};
    unsigned char random[300] = {0};
    int zeros = 0;
    CHECK_NUMBER(mf_mutex_init(&mutex, NULL), 0);
    mf_mutex_lock(&mutex);
    mf_global_lock();
    mf_global_unlock();
    mf_mutex_unlock(&mutex);
    mf_mutex_free(&mutex);
    mf_mutex_free(&mutex);
    mf_interrupt_begin();
    mf_interrupt_begin();
    mf_interrupt_end();
    CHECK(!mf_interrupt_requested());
    mf_interrupt_end();
    CHECK_NUMBER(mf_random_bytes(random, sizeof random, NULL), 0);
    for (size_t i = 0; i < sizeof random; i++)
        zeros += random[i] == 0;
    CHECK(zeros < 30);
    const double before = mf_clock_monotonic();
    mf_sleep(0.05);
    CHECK(mf_clock_monotonic() - before > 0.04);
    CHECK(mf_clock_utc() > 1.7e9 && mf_clock_utc() < 4e9);
    CHECK_NUMBER(mf_fork_generation(), 0);
    (void)mf_stderr_is_terminal();
}

static void remove_folders(void)
{
    for (size_t size = strlen(folder); size > strlen(top); size = strlen(folder)) {
        CHECK_NUMBER(rmdir(folder), 0);
        *strrchr(folder, '/') = '\0';
    }
}

int main(void)
{
    if (mkdtemp(top) == NULL)
        return 1;
    folder = long_folder();
    test_folders();
    test_replacing();
    test_appending();
    test_unlinked();
    test_locks();
    test_places();
    test_printed();
    test_program();
    test_the_rest();
    remove_folders();
    CHECK_NUMBER(rmdir(top), 0);
    free(folder);
    return check_result();
}
