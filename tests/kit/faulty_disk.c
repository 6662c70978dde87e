/* A disk that fails: stands before the C library (LD_PRELOAD) in the calls that change files.

   `faulty_arm` names a folder; from then on every call upon something below it is counted and
   written down, and one of them goes wrong as told, or all from that one on. With a folder for what is safe, it also keeps
   there, by inode number, what each file held when it was last flushed: the rest of it is what a
   power cut may take.

   SQLite and Python call the C library by name, so nothing of theirs goes past this; what is
   written through shared memory does. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum how { HONEST, BROKEN, FULL, STORED, SHORT, KILL_BEFORE, KILL_AFTER, FILLED, DEAD };

static char folder[PATH_MAX], safe[PATH_MAX];
static size_t length; /* of `folder`; 0: not armed */
static int trace = -1;
static long wanted, count;
static enum how fault;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Begin to count.
   where: absolute path of the folder, links resolved. to: an open file for the trace.
   call: number of the call that goes wrong, from 0 on; below 0: none does.
   kept: folder for what is safe, or "". */
void faulty_arm(const char *where, int to, long call, int how, const char *kept)
{
    snprintf(folder, sizeof folder, "%s/", where);
    snprintf(safe, sizeof safe, "%s", kept);
    trace = to, wanted = call, fault = how, count = 0;
    length = strlen(folder);
}

/* Let everything through again; gives how many calls there were. */
long faulty_disarm(void)
{
    length = 0;
    return count;
}

static int is_within(const char *path)
{
    return length && (!strncmp(path, folder, length) ||
                      (!strncmp(path, folder, length - 1) && !path[length - 1]));
}

static const char *path_of(int handle, char *path)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t got = readlink(link, path, PATH_MAX - 1);
    path[got < 0 ? 0 : got] = 0;
    return path;
}

static const char *path_at(int at, const char *name, char *path)
{
    if (at == AT_FDCWD || *name == '/')
        return name;
    size_t end = strlen(path_of(at, path));
    snprintf(path + end, PATH_MAX - end, "/%s", name);
    return path;
}

/* Count a call; gives how it must go wrong. needs_room: what it makes takes room on the disk. */
static enum how take(const char *name, const char *path, int needs_room)
{
    if (!is_within(path))
        return HONEST;
    dprintf(trace, "%s %s\n", name, strlen(path) < length ? "" : path + length);
    long call = count++;
    if (wanted >= 0 && call >= wanted && fault == DEAD)
        return BROKEN;
    if (wanted >= 0 && call >= wanted && fault == FILLED)
        return needs_room ? FULL : HONEST;
    if (call != wanted)
        return HONEST;
    if (fault == KILL_BEFORE)
        kill(getpid(), SIGKILL);
    return fault;
}

static int is_refused(enum how how)
{
    if (how != BROKEN && how != FULL)
        return 0;
    errno = how == BROKEN ? EIO : ENOSPC;
    return 1;
}

/* Give the result of a call that was made. */
static ssize_t end(enum how how, ssize_t got)
{
    if (how == KILL_AFTER)
        kill(getpid(), SIGKILL);
    if (how == STORED) {
        errno = EIO;
        return -1;
    }
    return got;
}

static void name_safe(char *place, const struct stat *about)
{
    snprintf(place, PATH_MAX, "%.4000s/%llu", safe, (unsigned long long)about->st_ino);
}

/* A new file may have the inode number of one that is gone. */
static void forget(int handle)
{
    char place[PATH_MAX];
    struct stat about;
    if (*safe && !fstat(handle, &about)) {
        name_safe(place, &about);
        REAL(unlink)(place);
    }
}

static void keep(int handle)
{
    char place[PATH_MAX], path[PATH_MAX], part[65536];
    struct stat about;
    ssize_t got;
    if (!*safe || fstat(handle, &about) || !S_ISREG(about.st_mode))
        return;
    if (!is_within(path_of(handle, path)))
        return;
    name_safe(place, &about);
    int out = REAL(open)(place, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle); /* it may be open for writing only */
    int in = REAL(open)(path, O_RDONLY);
    while ((got = read(in, part, sizeof part)) > 0)
        REAL(write)(out, part, got);
    close(in), close(out);
}

#define CALL(type, name, parameters, arguments, path, needs_room)                                   \
    type name parameters                                                                           \
    {                                                                                              \
        char room[PATH_MAX];                                                                       \
        (void)room;                                                                                \
        enum how how = length ? take(#name, path, needs_room) : HONEST;                            \
        if (is_refused(how))                                                                       \
            return -1;                                                                             \
        return end(how, REAL(name) arguments);                                                     \
    }

#define HALF (how == SHORT && size > 1 ? size / 2 : size)
CALL(ssize_t, write, (int f, const void *b, size_t size), (f, b, HALF), path_of(f, room), 1)
CALL(ssize_t, pwrite, (int f, const void *b, size_t size, off_t at), (f, b, HALF, at),
     path_of(f, room), 1)
CALL(ssize_t, pwrite64, (int f, const void *b, size_t size, off64_t at), (f, b, HALF, at),
     path_of(f, room), 1)
CALL(int, ftruncate, (int f, off_t size), (f, size), path_of(f, room), 1)
CALL(int, ftruncate64, (int f, off64_t size), (f, size), path_of(f, room), 1)
CALL(int, mkdir, (const char *p, mode_t m), (p, m), p, 1)
CALL(int, rename, (const char *p, const char *to), (p, to), to, 0)
CALL(int, link, (const char *p, const char *to), (p, to), to, 1)
CALL(int, unlink, (const char *p), (p), p, 0)
CALL(int, renameat, (int d, const char *p, int e, const char *to), (d, p, e, to),
     path_at(e, to, room), 0)
CALL(int, linkat, (int d, const char *p, int e, const char *to, int g), (d, p, e, to, g),
     path_at(e, to, room), 1)
CALL(int, unlinkat, (int d, const char *p, int g), (d, p, g), path_at(d, p, room), 0)

static int flush(int handle, int (*real)(int), const char *name)
{
    char room[PATH_MAX];
    enum how how = length ? take(name, path_of(handle, room), 0) : HONEST;
    if (is_refused(how))
        return -1;
    int got = real(handle);
    if (length && !got)
        keep(handle);
    return end(how, got);
}

int fsync(int handle) { return flush(handle, REAL(fsync), "fsync"); }
int fdatasync(int handle) { return flush(handle, REAL(fdatasync), "fdatasync"); }

static int open_at(int at, const char *name, int flags, mode_t mode, const char *called)
{
    char room[PATH_MAX];
    struct stat about;
    int is_new = length && (flags & O_CREAT) && fstatat(at, name, &about, 0);
    enum how how = length ? take(called, path_at(at, name, room), is_new) : HONEST;
    if (is_refused(how))
        return -1;
    int got = REAL(openat)(at, name, flags, mode);
    if (is_new && got >= 0)
        forget(got);
    return end(how, got);
}

#define OPEN(name, parameters, at)                                                                 \
    int name parameters                                                                            \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                    \
        va_end(more);                                                                              \
        return open_at(at, path, flags, mode, #name);                                              \
    }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int d, const char *path, int flags, ...), d)
OPEN(openat64, (int d, const char *path, int flags, ...), d)
