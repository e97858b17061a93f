/* Calls of the system that fail when a test says so: preloaded into the server (LD_PRELOAD), it reads the file that FAULTS names at each call.
 * Its lines: the call, the number of the error, and what the file's path must contain, such as "fsync 5 /mail/". No file: nothing fails.
 * A disk that is full (ENOSPC) takes half of what is written first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_uint halves;

/* The error with which a call is to fail; 0: it is not. */
static int fault(const char *call, const char *path) {
    const char *control = getenv("FAULTS");
    int descriptor = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0) return 0;
    char text[1024];
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (count <= 0) return 0;
    text[count] = 0;
    char *place = NULL;
    for (char *line = strtok_r(text, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
        char name[32], part[512];
        int code;
        if (sscanf(line, "%31s %d %511s", name, &code, part) == 3 && !strcmp(name, call) && strstr(path, part)) return code;
    }
    return 0;
}

static int fault_of(const char *call, int descriptor) {
    char link[64], path[4096];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    int code = 0;
    if (count > 0 && path[0] == '/') {
        path[count] = 0;
        code = fault(call, path);
    }
    errno = saved;
    return code;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAIL(code) do { errno = (code); return -1; } while (0)

int fsync(int descriptor) {
    REAL(fsync);
    int code = fault_of("fsync", descriptor);
    if (code) FAIL(code);
    return real(descriptor);
}

/* One fault for both: which one a database uses is its own matter. */
int fdatasync(int descriptor) {
    REAL(fdatasync);
    int code = fault_of("fsync", descriptor);
    if (code) FAIL(code);
    return real(descriptor);
}

int rename(const char *old, const char *new) {
    REAL(rename);
    int code = fault("rename", new);
    if (code) FAIL(code);
    return real(old, new);
}

static int is_first_half(int code, size_t count) { return code == ENOSPC && count > 1 && atomic_fetch_add(&halves, 1) % 2 == 0; }

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(write);
    int code = fault_of("write", descriptor);
    if (is_first_half(code, count)) return real(descriptor, bytes, count / 2);
    if (code) FAIL(code);
    return real(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite);
    int code = fault_of("write", descriptor);
    if (is_first_half(code, count)) return real(descriptor, bytes, count / 2, offset);
    if (code) FAIL(code);
    return real(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64);
    int code = fault_of("write", descriptor);
    if (is_first_half(code, count)) return real(descriptor, bytes, count / 2, offset);
    if (code) FAIL(code);
    return real(descriptor, bytes, count, offset);
}
