import CollectionStore
import IMAPGrammar
import Mail

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

extension Session {
    /// For the commands of RFC 7162 §3.1 that ask for mod-sequences by being used. The first one tells how far the selected mailbox is.
    func enableCondstore() {
        if enabled.condstore { return }
        enabled.condstore = true
        tellHighestModSeq()
    }

    /// As far as the client was told.
    func tellHighestModSeq() {
        guard let view = selected?.view else { return }
        out.untagged(.ok, .highestModSeq(UInt64(clamping: view.modseq.rawValue)), "highest")
    }
}
