import IMAPGrammar
import Mail

/// RFC 9738: how many messages one command deals with: the last ones of those that it names.
extension Session {
    /// The last of `uids`, so many as may be; and the code that tells of it, where there are more.
    func limited(_ uids: UIDSet) -> (uids: UIDSet, code: ResponseCode?) {
        let limit = server.configuration.messageLimit
        guard uids.count > limit else { return (uids, nil) }
        let last = uids.last(limit)
        return (last, limitCode(lowest: last.lowest))
    }

    func limitCode(lowest: UID?) -> ResponseCode {
        .messageLimit(UInt32(clamping: server.configuration.messageLimit), lowestUID: lowest)
    }

    /// SORT and THREAD: a part of an order says nothing.
    func requireWithinLimit(_ selected: SelectedMailbox) throws {
        guard selected.latest.count > server.configuration.messageLimit else { return }
        throw Refused.no(limitCode(lowest: nil), "too many messages")
    }
}
