#include <lber.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

// Who is told of a connection's socket as soon as there is one: before TLS on it.
struct cldap_watch {
    ldap_conncb callbacks;
    void *context;
    void (*connected)(void *context, int descriptor);
};
static int cldap_connected(LDAP *ld, Sockbuf *buffer, LDAPURLDesc *url, struct sockaddr *address, ldap_conncb *callbacks) {
    const struct cldap_watch *watch = callbacks->lc_arg;
    int descriptor = -1;
    if (ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &descriptor) == 1) watch->connected(watch->context, descriptor);
    return LDAP_SUCCESS;
}
static void cldap_closing(LDAP *ld, Sockbuf *buffer, ldap_conncb *callbacks) {}
// NULL where there is no memory. To be given to free() after the LDAP is gone.
static inline void *cldap_watch(LDAP *ld, void *context, void (*connected)(void *, int)) {
    struct cldap_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) return NULL;
    watch->callbacks.lc_add = cldap_connected;
    watch->callbacks.lc_del = cldap_closing;
    watch->callbacks.lc_arg = watch;
    watch->context = context;
    watch->connected = connected;
    if (ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &watch->callbacks) == LDAP_OPT_SUCCESS) return watch;
    free(watch);
    return NULL;
}
// For how long a read or a write in the middle of a message may wait; then libldap looks at its own time again.
static inline int cldap_limit_waits(int descriptor, long milliseconds) {
    struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0) return -1;
    return setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}
// The certificate in DER that the other side showed; it is the LDAP's. Empty: none.
static inline struct berval cldap_peer_certificate(LDAP *ld) {
    struct berval certificate = {0, NULL};
    if (ldap_get_option(ld, LDAP_OPT_X_TLS_PEERCERT, &certificate) != LDAP_OPT_SUCCESS) certificate.bv_len = 0;
    return certificate;
}
