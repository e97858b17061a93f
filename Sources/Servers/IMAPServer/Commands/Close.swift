import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// RFC 9051 §6.4.1: as EXPUNGE, without telling; from a mailbox that is read only nothing goes.
    func close() throws -> Completion {
        let selected = try selectedMailbox()
        // RFC 7162 §3.2.8: the mod-sequence is not told, since CLOSE tells no changes: where others were before this one, the client would
        // never ask for them.
        if !selected.isReadOnly, selected.rights.contains(.expunge) {
            // RFC 4314 §4: without the right, which may just have been taken away, nothing goes, and that is no error.
            do { _ = try expungeInSteps(.all, in: selected) } catch is Refused {}
        }
        unselect()
        return .ok(nil, "closed")
    }

    /// RFC 9051 §6.4.2.
    func unselectCommand() -> Completion {
        unselect()
        return .ok(nil, "closed")
    }
}
