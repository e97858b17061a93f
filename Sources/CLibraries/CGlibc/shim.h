// What glibc shows only with _GNU_SOURCE, which Swift's own module of it does not set.

#include <stddef.h>

/// Linear in time, whatever the needle: a search byte by byte is not.
void *memmem(const void *text, size_t text_count, const void *needle, size_t needle_count);
