/* on_windows: what the unit tests take from POSIX, for Windows. CMake puts it before each of them.
 */
#ifndef ON_WINDOWS_H
#define ON_WINDOWS_H

#include <time.h>

#define AT_FDCWD (-100)
#define chmod test_chmod
#define rmdir test_rmdir
#define mkdir(path, ...) test_mkdir(path)

char *mkdtemp(char *path);
int setenv(const char *name, const char *value, int replace);
int unsetenv(const char *name);
int test_mkdir(const char *path);
int test_rmdir(const char *path); /* in UTF-8, of any length */

/* Knows whether others can read and write. */
int test_chmod(const char *path, int mode);

/* The times are the same; no other folder. */
int utimensat(int folder, const char *path, const struct timespec times[2], int flags);

#endif
