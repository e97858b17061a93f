/* What libical does in a second of CPU time with the same inputs: see formats.py.
 *
 *     cc -O2 -o with_libical with_libical.c -lical && ./with_libical event.ics card.vcf
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(1);
    char *text = calloc(1, 1 << 20);
    if (!text || fread(text, 1, (1 << 20) - 1, file) == 0) exit(1);
    fclose(file);
    return text;
}

/* libical types each value while it parses. With `zones` the changes of the clocks are expanded as well, as the first
 * conversion of a time does it. */
static long parse(const char *text, int zones) {
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar) exit(1);
    long sum = 0;
    if (zones) {
        icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
        struct icaltimetype start = icalcomponent_get_dtstart(event);
        sum = (long)icaltime_as_timet_with_zone(start, icaltime_get_timezone(start));
    }
    icalcomponent_free(calendar);
    return sum + 1;
}

static long first_of_2100(const char *text) {
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
    icalrecur_iterator *iterator = icalrecur_iterator_new(rule, icaltime_from_string("19900101T090000"));
    struct icaltimetype next;
    do {
        next = icalrecur_iterator_next(iterator);
    } while (!icaltime_is_null_time(next) && next.year < 2100);
    icalrecur_iterator_free(iterator);
    return next.day;
}

static long thousand(const char *text) {
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
    icalrecur_iterator *iterator = icalrecur_iterator_new(rule, icaltime_from_string("19900101T090000"));
    long sum = 0;
    for (int n = 0; n < 1000; n++) sum += icalrecur_iterator_next(iterator).day;
    icalrecur_iterator_free(iterator);
    return sum;
}

/* The best of five rounds of a fifth of a second. The clock is a system call: after many turns of what is short. */
#define RATE(name, turns, call)                                                 \
    do {                                                                        \
        double best = 0;                                                        \
        for (int round = 0; round < 5; round++) {                               \
            double start = cpu(), passed = 0;                                   \
            long count = 0;                                                     \
            while (passed < 0.2) {                                              \
                for (int turn = 0; turn < (turns); turn++) sink += (call);      \
                count += (turns);                                               \
                passed = cpu() - start;                                         \
            }                                                                   \
            if ((double)count / passed > best) best = (double)count / passed;   \
        }                                                                       \
        printf("%s\t%.1f\n", name, best);                                       \
        fflush(stdout);                                                         \
    } while (0)

static volatile long sink;

int main(int count, char **arguments) {
    if (count < 2) return 2;
    char *event = read_file(arguments[1]);
    icalerror_set_errors_are_fatal(0);
    RATE("parse", 32, parse(event, 0));
    RATE("parse and zone", 32, parse(event, 1));
    char line[512];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *rule = strchr(line, '\t');
        if (!rule) continue;
        *rule++ = 0;
        char name[600];
        snprintf(name, sizeof name, "2100 %s", line);
        RATE(name, 1, first_of_2100(rule));
        snprintf(name, sizeof name, "1000 %s", line);
        RATE(name, 1, thousand(rule));
    }
    return 0;
}
