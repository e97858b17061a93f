import Bytes
import IMAPGrammar

extension Session {
    /// RFC 9586 §3.2: a command that has or answers with message numbers.
    static var uidRequired: Refused { .bad(.uidRequired, "UIDs, please") }

    /// RFC 9051 §6.3.1 (RFC 5161). What is not known is passed over.
    func enable(_ names: [[UInt8]]) -> Completion {
        var done: [String] = []
        let hadCondstore = enabled.condstore
        for name in names {
            switch String(utf8: name) {
            case "IMAP4REV2" where !enabled.imap4rev2 && !isOff(.imap4rev2):
                enabled.imap4rev2 = true
                done.append("IMAP4rev2")
            case "UTF8=ACCEPT" where !enabled.utf8 && !isOff(.utf8):
                enabled.utf8 = true
                done.append("UTF8=ACCEPT")
            case "CONDSTORE" where !enabled.condstore && !isOff(.condstore):
                enabled.condstore = true
                done.append("CONDSTORE")
            case "QRESYNC" where !enabled.quickResync && !isOff(.quickResync):
                // RFC 7162 §3.2.3: it has CONDSTORE in it.
                enabled.quickResync = true
                enabled.condstore = true
                done.append("QRESYNC")
            case "UIDONLY" where !enabled.uidOnly && !isOff(.uidOnly):
                enabled.uidOnly = true
                selected?.isUIDOnly = true
                done.append("UIDONLY")
            default: break
            }
        }
        out.enabled(done)
        // RFC 7162 §3.1
        if enabled.condstore, !hadCondstore { tellHighestModSeq() }
        out.coding = enabled.coding
        reader.coding = enabled.coding
        return .ok(nil, "done")
    }
}
