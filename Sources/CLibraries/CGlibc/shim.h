// What Swift's own module of glibc does not show: what needs _GNU_SOURCE, and <malloc.h>.

#include <malloc.h>
#include <stddef.h>

/// Linear in time, whatever the needle: a search byte by byte is not.
void *memmem(const void *text, size_t text_count, const void *needle, size_t needle_count);

/// The processors that a process may run on, as bits; 0, or -1 where that cannot be told.
int sched_getaffinity(int process, size_t size, void *bits);
