import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// RFC 9051 §6.4.1: as EXPUNGE, without telling; from a mailbox that is read only nothing goes.
    func close() throws -> Completion {
        let selected = try selectedMailbox()
        var code: ResponseCode?
        if !selected.isReadOnly, selected.rights.contains(.expunge) {
            let (modseq, steps) = try expungeInSteps(.all, in: selected)
            // RFC 7162 §3.2.8. CLOSE tells no changes: where others were before this one, the client would never ask for them.
            if let modseq, enabled.quickResync, modseq.rawValue == selected.view.modseq.rawValue &+ steps {
                code = .highestModSeq(UInt64(clamping: modseq.rawValue))
            }
        }
        unselect()
        return .ok(code, "closed")
    }

    /// RFC 9051 §6.4.2.
    func unselectCommand() -> Completion {
        unselect()
        return .ok(nil, "closed")
    }
}
