// ICU puts its version into the names of its functions, by macros, which Swift does not see. The functions here have names that stay.
//
// Only the header with the version is included: Foundation has an ICU of its own, and Swift refuses a program in which one type of
// ICU is defined by two modules. What is called is declared here, with plain types: an enumeration of ICU is an int.

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unicode/uvernum.h>

#define ICU(name) U_ICU_ENTRY_POINT_RENAME(name)

extern void *ICU(ucal_open)(
    const uint16_t *zone, int32_t zone_count, const char *locale, int type, int *status);
extern void ICU(ucal_close)(void *calendar);
extern const char *ICU(ucal_getType)(const void *calendar, int *status);
extern void ICU(ucal_setMillis)(void *calendar, double milliseconds, int *status);
extern int32_t ICU(ucal_get)(const void *calendar, int field, int *status);
extern int32_t ICU(u_totitle)(int32_t scalar);
extern const void *ICU(unorm2_getNFKCInstance)(int *status);
extern int32_t ICU(unorm2_getRawDecomposition)(
    const void *forms, int32_t scalar, uint16_t *result, int32_t capacity, int *status);
extern void *ICU(uidna_openUTS46)(uint32_t options, int *status);
extern int32_t ICU(uidna_nameToASCII_UTF8)(
    const void *idna, const char *name, int32_t length, char *result, int32_t capacity, void *info, int *status);
extern void *ICU(usprep_openByType)(int type, int *status);
extern int32_t ICU(usprep_prepare)(
    const void *profile, const uint16_t *source, int32_t length, uint16_t *result, int32_t capacity, int32_t options, void *error,
    int *status);

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
    static const uint16_t utc[] = {'E', 't', 'c', '/', 'U', 'T', 'C', 0};
    int status = 0;
    // 0: UCAL_DEFAULT
    void *calendar = ICU(ucal_open)(utc, -1, locale, 0, &status);
    // A name that ICU does not know gives the locale's own calendar. A status above 0 is an error.
    const char *found = status <= 0 ? ICU(ucal_getType)(calendar, &status) : NULL;
    if (found == NULL || strcmp(found, type) != 0) {
        if (calendar) ICU(ucal_close)(calendar);
        return NULL;
    }
    return calendar;
}

static inline void icu_calendar_close(icu_calendar calendar) { ICU(ucal_close)(calendar); }

/// Days since 1970-01-01. Whether ICU could tell.
static inline int icu_calendar_get(icu_calendar calendar, int64_t day, icu_day *result) {
    int status = 0;
    ICU(ucal_setMillis)(calendar, (double)day * 86400000.0, &status);
    // UCAL_EXTENDED_YEAR, UCAL_MONTH, UCAL_IS_LEAP_MONTH, UCAL_DAY_OF_MONTH, UCAL_DAY_OF_YEAR
    result->year = ICU(ucal_get)(calendar, 19, &status);
    result->month = ICU(ucal_get)(calendar, 2, &status);
    result->is_leap_month = ICU(ucal_get)(calendar, 22, &status);
    result->day_of_month = ICU(ucal_get)(calendar, 5, &status);
    result->day_of_year = ICU(ucal_get)(calendar, 6, &status);
    return status <= 0 ? 1 : 0;
}

/// The simple titlecase mapping of UnicodeData.txt; the code point itself where it has none.
static inline int32_t icu_simple_titlecase(int32_t scalar) { return ICU(u_totitle)(scalar); }

/// The decomposition mapping of UnicodeData.txt, one step of it, into UTF-16; also of a Hangul syllable. The count of its units,
/// 0 where there is none.
static inline int32_t icu_decomposition(int32_t scalar, uint16_t *result, int32_t capacity) {
    int status = 0;
    const void *forms = ICU(unorm2_getNFKCInstance)(&status);
    if (status > 0) return 0;
    int32_t count = ICU(unorm2_getRawDecomposition)(forms, scalar, result, capacity, &status);
    return status <= 0 && count > 0 ? count : 0;
}

typedef void *icu_idna;

/// Names of hosts by UTS #46, without its transitional mappings; NULL where there is no memory.
static inline icu_idna icu_idna_open(void) {
    int status = 0;
    // UIDNA_CHECK_BIDI, UIDNA_CHECK_CONTEXTJ, UIDNA_NONTRANSITIONAL_TO_ASCII
    return ICU(uidna_openUTS46)(0x4 | 0x8 | 0x10, &status);
}

/// The name in ASCII. The count of its bytes; 0 where it cannot be one.
static inline int32_t icu_idna_to_ascii(icu_idna idna, const char *name, int32_t length, char *result, int32_t capacity) {
    int status = 0;
    // UIDNAInfo
    struct { int16_t size; int8_t is_transitional, reserved; uint32_t errors; int32_t more[2]; } info = {sizeof info, 0, 0, 0, {0, 0}};
    int32_t count = ICU(uidna_nameToASCII_UTF8)(idna, name, length, result, capacity, &info, &status);
    return status <= 0 && info.errors == 0 && count <= capacity ? count : 0;
}

typedef void *icu_stringprep;

/// SASLprep (RFC 4013); NULL where ICU lacks it.
static inline icu_stringprep icu_saslprep_open(void) {
    int status = 0;
    // USPREP_RFC4013_SASLPREP
    void *profile = ICU(usprep_openByType)(10, &status);
    return status <= 0 ? profile : NULL;
}

/// What the text is prepared to, with code points that are in no Unicode 3.2 left as they are. The count of its units; less than 0 where it cannot be.
static inline int32_t icu_stringprep_prepare(
    icu_stringprep profile, const uint16_t *source, int32_t length, uint16_t *result, int32_t capacity) {
    int status = 0;
    // USPREP_ALLOW_UNASSIGNED
    int32_t count = ICU(usprep_prepare)(profile, source, length, result, capacity, 1, NULL, &status);
    return status <= 0 && count <= capacity ? count : -1;
}

#undef ICU

/// The first code point from `scalar` on, and below `limit`, that either of the two changes; `limit` where there is none.
static inline int32_t icu_next_mapped(int32_t scalar, int32_t limit) {
    uint16_t result[32];
    for (; scalar < limit; scalar++) {
        if (icu_simple_titlecase(scalar) != scalar || icu_decomposition(scalar, result, 32) > 0) break;
    }
    return scalar;
}
