import IMAPGrammar

/// What the client has asked for by ENABLE (RFC 9051 §6.3.1), or by using it (RFC 7162 §3.1).
struct EnabledExtensions {
    /// RFC 9051: no RECENT, ESEARCH instead of SEARCH, names in UTF-8.
    var imap4rev2 = false
    /// RFC 6855.
    var utf8 = false
    var condstore = false
    var quickResync = false
    /// RFC 9586.
    var uidOnly = false

    var coding: MailboxCoding { imap4rev2 || utf8 ? .utf8 : .modifiedUTF7 }
}
