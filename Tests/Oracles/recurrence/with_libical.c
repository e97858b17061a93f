/* Instances by libical: reads rules as generate.py writes them, appends a column of instances. Each rule has a process of its
 * own, because some never end and some crash; those get a "?".
 *
 *     cc -O2 -o with_libical with_libical.c -lical && ./with_libical < rules.tsv > libical.tsv
 */
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void answer(const char *rule, const char *start, int count) {
    static char out[4096];
    size_t used = 0;
    struct itimerval limit = {{0, 0}, {0, 50000}};
    setitimer(ITIMER_REAL, &limit, NULL);
    icalerror_set_errors_are_fatal(0);
    struct icalrecurrencetype recurrence = icalrecurrencetype_from_string(rule);
    icalrecur_iterator *iterator = icalrecur_iterator_new(recurrence, icaltime_from_string(start));
    if (!iterator) strcpy(out, "!");
    for (int made = 0; iterator && made < count; made++) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next)) break;
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%04d%02d%02dT%02d%02d%02d", made ? " " : "",
                                 next.year, next.month, next.day, next.hour, next.minute, next.second);
    }
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    printf("%s\t%s\t%d\t%s\n", rule, start, count, out);
    fflush(stdout);
}

int main(void) {
    static char line[4096], rule[4096];
    char start[64];
    int count;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%4095[^\t]\t%63[^\t]\t%d", rule, start, &count) != 3) continue;
        pid_t child = fork();
        if (child == 0) {
            answer(rule, start, count);
            _exit(0);
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
            printf("%s\t%s\t%d\t?\n", rule, start, count);
            fflush(stdout);
        }
    }
    return 0;
}
