// What Swift's own module of glibc does not show: what needs _GNU_SOURCE, and <malloc.h>.

#include <malloc.h>
#include <stddef.h>

/// Linear in time, whatever the needle: a search byte by byte is not.
void *memmem(const void *text, size_t text_count, const void *needle, size_t needle_count);
