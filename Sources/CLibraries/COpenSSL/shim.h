#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/cms.h>

// Swift cannot call functions with `...`, nor see the macros that are casts.

/// A new private key on the curve P-256, from libcrypto's own random numbers; NULL on failure.
static inline EVP_PKEY *tegu_p256_generate(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

/// Adds an extension in the words of openssl's configuration files; 1 on success.
static inline int tegu_x509_add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int result = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return result;
}

/// The subject's alternative names; NULL where there are none. To be freed with GENERAL_NAMES_free.
static inline GENERAL_NAMES *tegu_x509_subject_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int tegu_general_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

/// The bytes of the name at `index` where it is a host's name (`type` becomes GEN_DNS) or an address (GEN_IPADD); else NULL.
static inline const unsigned char *tegu_general_names_value(
    const GENERAL_NAMES *names, int index, int *type, int *length) {
    void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), type);
    if (value == NULL || (*type != GEN_DNS && *type != GEN_IPADD)) return NULL;
    *length = ASN1_STRING_length((const ASN1_STRING *)value);
    return ASN1_STRING_get0_data((const ASN1_STRING *)value);
}

/// For PEM that is encrypted: no password, and nobody is asked.
static inline int tegu_no_password(char *buffer, int size, int is_written, void *context) {
    (void)buffer; (void)size; (void)is_written; (void)context;
    return -1;
}

/// Writes `name` as RFC 4514 has it, letters that are not ASCII as UTF-8; less than 0 on failure.
static inline int tegu_x509_name_print(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

/// Signs `content` (RFC 5652) and writes the signed data in DER, with the content and the certificates of `chain` in it: PEM, the
/// signer's own first. 1 on success.
static inline int tegu_cms_sign(BIO *chain, EVP_PKEY *key, BIO *content, BIO *out) {
    X509 *signer = PEM_read_bio_X509(chain, NULL, tegu_no_password, NULL);
    STACK_OF(X509) *others = sk_X509_new_null();
    CMS_ContentInfo *message = NULL;
    int result = 0;
    if (signer != NULL && others != NULL) {
        X509 *next = NULL;
        while (sk_X509_num(others) < 10 && (next = PEM_read_bio_X509(chain, NULL, tegu_no_password, NULL)) != NULL) {
            if (sk_X509_push(others, next) == 0) { X509_free(next); break; }
        }
        message = CMS_sign(signer, key, others, content, CMS_BINARY | CMS_NOSMIMECAP);
        if (message != NULL) result = i2d_CMS_bio(out, message);
    }
    CMS_ContentInfo_free(message);
    sk_X509_pop_free(others, X509_free);
    X509_free(signer);
    return result;
}
