// ICU puts its version into the names of its functions, by macros, which Swift does not see. The functions here have names that stay.

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

typedef void *icu_calendar;

/// What a calendar says of one day.
typedef struct {
    int32_t year;
    int32_t month;
    int32_t is_leap_month;
    int32_t day_of_month;
    int32_t day_of_year;
} icu_day;

/// A calendar in UTC, by a locale such as "@calendar=hebrew"; NULL where ICU has none by that name.
static inline icu_calendar icu_calendar_open(const char *locale, const char *type) {
    static const UChar utc[] = {'E', 't', 'c', '/', 'U', 'T', 'C', 0};
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(utc, -1, locale, UCAL_DEFAULT, &status);
    // A name that ICU does not know gives the locale's own calendar.
    const char *found = U_SUCCESS(status) ? ucal_getType(calendar, &status) : NULL;
    if (found == NULL || strcmp(found, type) != 0) {
        if (calendar) ucal_close(calendar);
        return NULL;
    }
    return calendar;
}

static inline void icu_calendar_close(icu_calendar calendar) { ucal_close((UCalendar *)calendar); }

/// Days since 1970-01-01. Whether ICU could tell.
static inline int icu_calendar_get(icu_calendar opaque, int64_t day, icu_day *result) {
    UCalendar *calendar = (UCalendar *)opaque;
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(calendar, (double)day * 86400000.0, &status);
    result->year = ucal_get(calendar, UCAL_EXTENDED_YEAR, &status);
    result->month = ucal_get(calendar, UCAL_MONTH, &status);
    result->is_leap_month = ucal_get(calendar, UCAL_IS_LEAP_MONTH, &status);
    result->day_of_month = ucal_get(calendar, UCAL_DAY_OF_MONTH, &status);
    result->day_of_year = ucal_get(calendar, UCAL_DAY_OF_YEAR, &status);
    return U_SUCCESS(status) ? 1 : 0;
}

/// The simple titlecase mapping of UnicodeData.txt; the code point itself where it has none.
static inline int32_t icu_simple_titlecase(int32_t scalar) { return u_totitle(scalar); }

/// The decomposition mapping of UnicodeData.txt, one step of it, into UTF-16; also of a Hangul syllable. The count of its units,
/// 0 where there is none.
static inline int32_t icu_decomposition(int32_t scalar, uint16_t *result, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *forms = unorm2_getNFKCInstance(&status);
    if (U_FAILURE(status)) return 0;
    int32_t count = unorm2_getRawDecomposition(forms, scalar, (UChar *)result, capacity, &status);
    return U_SUCCESS(status) && count > 0 ? count : 0;
}
