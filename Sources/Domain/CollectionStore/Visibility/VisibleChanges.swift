package import Database

/// What a client of a calendar that shows a window has to learn: what came into the window and what left it since its
/// token, and then what the log says.
///
/// The token says up to which window the client has followed. First the window moves from there to where it is now, by
/// names, then the log is told from the token's modseq on, each member as it is seen now. A member that is written in
/// between has a row in the log, so whatever is told of it before is told again; so any page size ends with the state
/// that a listing shows.
package enum VisibleChanges {
    package struct Page: Sendable {
        package var changes: [ChangeLog.Change] = []
        /// Where the next page goes on.
        package var token: SyncToken
        /// Whether there is nothing more to tell.
        package var isComplete = false
    }

    /// How many members a page judges by their bytes; where there are more, it is not complete.
    private static let mostJudged = 2_000

    /// At most `limit` changes since `token`, for `window` as it is now. `visibility` makes what is shown of a window. Nil where
    /// the window has moved on while the client was being told of a move: of what it was told already nothing is known then.
    /// `tellsMounts`: as in `ChangeLog.changes`.
    package static func page(
        _ tx: borrowing ReadTransaction, in collection: Collection, since token: SyncToken, window: VisibleWindow,
        limit: Int, tellsMounts: Bool = true, visibility: (VisibleWindow) -> Visibility
    ) throws -> Page? {
        var page = Page(token: token)
        let now = visibility(window)
        var told: Set<[UInt8]> = []
        if page.token.window != window || page.token.move != nil {
            var move = page.token.move ?? SyncToken.Move(to: window, after: "")
            guard move.window == window else { return nil }
            let step = WindowMove(from: page.token.window, to: window, visibility)
            var judged = 0
            for candidate in try step.candidates(tx, in: collection.id, after: move.name) {
                if candidate.isJudged { judged += 1 }
                if judged > mostJudged {
                    page.token.move = move
                    return page
                }
                if let change = try step.change(tx, candidate, in: collection.id) {
                    if page.changes.count >= limit {
                        page.token.move = move
                        return page
                    }
                    page.changes.append(self.change(change.member, isShown: change.isShown))
                    told.insert([UInt8](candidate.name.utf8))
                }
                move.name = candidate.name
            }
            page.token.window = window
            page.token.move = nil
        }
        let (changes, reached, isComplete) = try ChangeLog.changes(
            tx, in: collection, since: page.token.modseq, limit: limit - page.changes.count, tellsMounts: tellsMounts,
            hidesPrivate: now.hidesPrivate, asker: now.asker)
        // RFC 6578 §3.5: no URL twice in one answer; what was told above was told as it is now.
        for change in changes where !told.contains([UInt8](change.name.utf8)) {
            guard case .member(let member) = change.state else {
                page.changes.append(change)
                continue
            }
            let shown = try now.shown(tx, member)
            page.changes.append(self.change(shown ?? member, isShown: shown != nil))
        }
        page.token.modseq = reached
        page.isComplete = isComplete
        return page
    }

    /// What is not shown is told as gone: whoever had it, or has just written it, learns that it is not listed.
    private static func change(_ member: Member, isShown: Bool) -> ChangeLog.Change {
        .init(
            modseq: member.modseq, name: member.name, state: isShown ? .member(member) : .removed(isCollection: false))
    }
}
