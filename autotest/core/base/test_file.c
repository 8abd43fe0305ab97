#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/signal.h"
#include "base/thread.h"
#include "base/str.h"

static char directory[] = "/tmp/mapflow-test-XXXXXX";

static void test_file(void)
{
    struct mf_file file;
    struct mf_map map;
    struct mf_error err;
    struct stat info;
    mf_error_init(&err);
    if (!CHECK_NUMBER(mf_file_create_temporary(&file, directory, "result-", &err), 0))
        return;
    CHECK_HOLDS(file.path, "/result-");
    CHECK(stat(file.path, &info) == 0 && (info.st_mode & 0777) == 0600);
    CHECK_NUMBER(mf_map_file(&map, &file, &err), 0);
    CHECK(map.data != NULL && map.size == 0 && map.base == NULL);
    mf_map_release(&map);
    CHECK_NUMBER(mf_file_write(&file, "wrong", 5, &err), 0);
    CHECK_NUMBER(mf_file_truncate(&file, &err), 0);
    CHECK_NUMBER(mf_file_write(&file, "good", 4, &err), 0);
    CHECK_NUMBER(mf_map_file(&map, &file, &err), 0);
    CHECK(map.size == 4 && memcmp(map.data, "good", 4) == 0);
    mf_map_release(&map);
    mf_map_release(&map);
    char *path = mf_str_copy(file.path);
    mf_file_discard(&file);
    mf_file_discard(&file);
    mf_file_discard(NULL);
    mf_map_release(NULL);
    CHECK(stat(path, &info) != 0);
    free(path);
    CHECK_NUMBER(mf_file_create_temporary(&file, "/nonexistent", "x", &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_HOLDS(err.message, "/nonexistent");
    mf_file_discard(&file);
}

/* Nothing is left of it, and what has taken its name since stays. */
static void test_unlinked_file(void)
{
    struct mf_file file;
    struct mf_map map;
    struct stat info;
    if (!CHECK_NUMBER(mf_file_create_temporary(&file, directory, "x", NULL), 0))
        return;
    mf_file_unlink(&file);
    CHECK(stat(file.path, &info) != 0);
    CHECK_NUMBER(mf_file_write(&file, "good", 4, NULL), 0);
    CHECK_NUMBER(mf_map_file(&map, &file, NULL), 0);
    char *const path = mf_str_copy(file.path);
    CHECK_NUMBER(mkdir(path, 0700), 0);
    mf_file_discard(&file);
    CHECK(map.size == 4 && memcmp(map.data, "good", 4) == 0);
    mf_map_release(&map);
    CHECK_NUMBER(rmdir(path), 0);
    free(path);
}

static void test_links(void)
{
    struct mf_file file;
    struct mf_map map;
    struct mf_lock lock;
    struct mf_file_identity identity;
    char link[sizeof directory + 8];
    snprintf(link, sizeof link, "%s/link", directory);
    if (!CHECK_NUMBER(mf_file_create_temporary(&file, directory, "x", NULL), 0))
        return;
    CHECK_NUMBER(mf_file_write(&file, "good", 4, NULL), 0);
    CHECK_NUMBER(mf_map_path(&map, file.path, NULL), 0);
    mf_map_release(&map);
    CHECK_NUMBER(symlink(file.path, link), 0);
    CHECK_NUMBER(mf_map_path(&map, link, NULL), -1);
    CHECK_NUMBER(mf_lock_try(&lock, link), -1);
    CHECK_NUMBER(mf_path_identity(link, &identity), 0);
    CHECK(identity.size != 4);
    unlink(link);
    mf_file_discard(&file);
}

static void test_private_folder(void)
{
    struct mf_error err;
    struct stat info;
    mf_error_init(&err);
    CHECK_NUMBER(mf_folder_check_private("/nonexistent", NULL), 0);
    CHECK_NUMBER(mf_folder_check_private(directory, NULL), 0);
    CHECK_NUMBER(mf_folder_check_private("/usr", NULL), 0); /* of root, who may do anything anyway */
    static const mode_t modes[] = {0720, 0702, 01777};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        chmod(directory, modes[i]);
        CHECK_NUMBER(mf_folder_check_private(directory, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_FILE);
        CHECK_HOLDS(err.message, directory);
        CHECK_HOLDS(err.message, "is writable by other users");
    }
    chmod(directory, 0755);
    CHECK_NUMBER(mf_folder_check_private(directory, NULL), 0);
    /* Only root can give a folder away. */
    if (stat(directory, &info) == 0 && chown(directory, 12345, info.st_gid) == 0) {
        CHECK_NUMBER(mf_folder_check_private(directory, &err), -1);
        CHECK_HOLDS(err.message, "another user");
        CHECK_NUMBER(chown(directory, info.st_uid, info.st_gid), 0);
    }
    chmod(directory, 0700);
}

static void test_full_disk(void)
{
    struct mf_file file = {.fd = -1};
    struct mf_error err;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        return; /* not on this system */
    file.fd = fileno(full);
    file.path = "/dev/full";
    CHECK_NUMBER(mf_file_write(&file, "x", 1, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_HOLDS(err.message, "The disk is full");
    fclose(full);
}

/* Too large for the limit of the process: an error, and not the end of the program. */
static void test_file_limit(void)
{
    struct mf_file file;
    struct mf_error err;
    struct rlimit before, small;
    sigset_t mask;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 10;
    CHECK_NUMBER(mf_file_create_temporary(&file, directory, "x", &err), 0);
    setrlimit(RLIMIT_FSIZE, &small);
    const int failed = mf_file_write(&file, "0123456789abc", 13, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_NUMBER(failed, -1);
    CHECK_HOLDS(err.message, "Cannot write");
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    CHECK(!sigismember(&mask, SIGXFSZ));
    mf_file_discard(&file);
}

static void test_user_folder(void)
{
    const char *const names[] = {"XDG_CACHE_HOME", "HOME"};
    char *kept[2], *folder;
    for (int i = 0; i < 2; i++) {
        kept[i] = mf_str_copy(getenv(names[i]));
        setenv(names[i], i == 0 ? "/xdg" : "/home/me", 1);
    }
    folder = mf_user_cache_dir();
    CHECK_TEXT(folder, "/xdg/gdal-mapflow");
    free(folder);
    setenv("XDG_CACHE_HOME", "relative", 1);
    folder = mf_user_cache_dir();
    CHECK_TEXT(folder, "/home/me/.cache/gdal-mapflow");
    free(folder);
    unsetenv("HOME");
    const struct passwd *const user = getpwuid(geteuid());
    char *const wanted = user != NULL ? mf_str_format("%s/.cache/gdal-mapflow", user->pw_dir) : NULL;
    folder = mf_user_cache_dir();
    CHECK_TEXT(folder, wanted);
    free(folder);
    free(wanted);
    for (int i = 0; i < 2; i++) {
        if (kept[i] != NULL)
            setenv(names[i], kept[i], 1);
        else
            unsetenv(names[i]);
        free(kept[i]);
    }
}

static void test_small_file(void)
{
    struct mf_error err;
    char *path = mf_str_format("%s/token", directory);
    char *text = NULL;
    int is_private = -1;
    FILE *file = fopen(path, "w");
    if (!CHECK(file != NULL))
        return;
    fputs("secret\n", file);
    fclose(file);
    chmod(path, 0644);
    CHECK_NUMBER(mf_read_small_file(path, 100, &text, &is_private, &err), 0);
    CHECK_TEXT(text, "secret\n");
    CHECK_NUMBER(is_private, 0);
    free(text);
    chmod(path, 0600);
    CHECK_NUMBER(mf_read_small_file(path, 7, &text, &is_private, &err), 0);
    CHECK_NUMBER(is_private, 1);
    free(text);
    CHECK_NUMBER(mf_read_small_file(path, 6, &text, NULL, &err), -1);
    CHECK_HOLDS(err.message, "larger than 6 bytes");
    unlink(path);
    CHECK_NUMBER(mf_read_small_file(path, 6, &text, NULL, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_HOLDS(err.message, path);
    CHECK_NUMBER(mf_read_small_file(directory, 6, &text, NULL, &err), -1);
    free(path);
    CHECK_TEXT(mf_file_privacy_advice(), "chmod 600 it");
    path = mf_temporary_directory();
    CHECK(path != NULL && path[0] == '/');
    free(path);
}

struct counter {
    struct mf_mutex mutex;
    int value;
};

static void *count(void *ctx)
{
    struct counter *counter = ctx;
    for (int i = 0; i < 1000; i++) {
        mf_mutex_lock(&counter->mutex);
        counter->value++;
        mf_mutex_unlock(&counter->mutex);
    }
    return NULL;
}

static void test_mutex(void)
{
    struct counter counter = {0};
    pthread_t threads[4];
    CHECK_NUMBER(mf_mutex_init(&counter.mutex, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count, &counter);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_NUMBER(counter.value, 4000);
    mf_mutex_free(&counter.mutex);
    mf_mutex_free(&counter.mutex);
    mf_mutex_free(NULL);
    mf_global_lock();
    mf_global_unlock();
}

/* A process that was forked off knows it, and holds no lock that its parent has released. */
static void test_fork(void)
{
    struct mf_lock lock, again;
    char path[sizeof directory + 8]; /* on the heap it would be lost in the child */
    const unsigned generation = mf_fork_generation();
    int pipes[2], status = 0;
    char told = 0;
    snprintf(path, sizeof path, "%s/lock", directory);
    CHECK_NUMBER(mf_lock_try(&lock, path), 1);
    CHECK_NUMBER(mf_lock_try(&again, path), 0);
    struct mf_file_identity before, after;
    struct timespec long_ago[2] = {{1, 0}, {1, 0}};
    utimensat(AT_FDCWD, path, long_ago, 0);
    CHECK_NUMBER(mf_path_identity(path, &before), 0);
    mf_lock_touch(&again); /* not held */
    mf_lock_touch(&lock);
    CHECK_NUMBER(mf_path_identity(path, &after), 0);
    CHECK(before.used == 1000000000 && after.used > before.used);
    CHECK_NUMBER(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
        told = mf_fork_generation() != generation;
        mf_global_lock();
        mf_global_unlock();
        close(pipes[1]);
        _exit(read(pipes[0], &told, 1) == 0 ? told : 2); /* until the parent closes its end */
    }
    mf_lock_release(&lock);
    CHECK_NUMBER(mf_lock_try(&again, path), 1);
    mf_lock_release(&again);
    CHECK_NUMBER(mf_fork_generation(), generation);
    close(pipes[0]);
    close(pipes[1]);
    CHECK_NUMBER(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    unlink(path);
}

/* A SIGPIPE in between kills nobody, and one of the host's own is left alone. */
static void test_sigpipe(void)
{
    struct mf_sigpipe state;
    sigset_t mask;
    mf_sigpipe_hold(&state);
    pthread_kill(pthread_self(), SIGPIPE);
    mf_sigpipe_release(&state);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    CHECK(!sigismember(&mask, SIGPIPE));
    mf_sigpipe_hold(&state);
    mf_sigpipe_release(&state);
}

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 1;
    test_file();
    test_unlinked_file();
    test_links();
    test_private_folder();
    test_full_disk();
    test_file_limit();
    test_user_folder();
    test_small_file();
    test_mutex();
    test_fork();
    test_sigpipe();
    rmdir(directory);
    return check_result();
}
