#include <lber.h>
#include <ldap.h>
#include <string.h>
#include <sys/time.h>

// The options' values that are macros of pointers, which Swift does not see.
static inline int cldap_set_off(LDAP *ld, int option) { return ldap_set_option(ld, option, LDAP_OPT_OFF); }
static inline int cldap_set_int(LDAP *ld, int option, int value) { return ldap_set_option(ld, option, &value); }
static inline int cldap_set_text(LDAP *ld, int option, const char *value) { return ldap_set_option(ld, option, value); }
static inline int cldap_set_time(LDAP *ld, int option, long milliseconds) {
    struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ldap_set_option(ld, option, &time);
}
// The longest message that is taken from the server.
static inline int cldap_limit_incoming(LDAP *ld, unsigned long bytes) {
    Sockbuf *buffer = NULL;
    ber_len_t limit = bytes;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || buffer == NULL) return -1;
    return ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &limit);
}
static inline const char *cldap_simple(void) { return LDAP_SASL_SIMPLE; }
// With times in milliseconds: `struct timeval` has no module of its own, and belongs to whichever saw it first.
static inline int cldap_result(LDAP *ld, int id, long milliseconds, LDAPMessage **message) {
    struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ldap_result(ld, id, LDAP_MSG_ONE, &time, message);
}
static inline int cldap_search(
    LDAP *ld, const char *base, int scope, const char *filter, char **attributes, LDAPControl **controls,
    long milliseconds, int *id) {
    struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ldap_search_ext(ld, base, scope, filter, attributes, 0, controls, NULL, &time, LDAP_NO_LIMIT, id);
}
