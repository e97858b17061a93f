import Database

/// Decides a group of requests: all in one transaction, each in a savepoint of its own, one fsync for all.
///
/// A closure that throws undoes its own savepoint only. Some errors (disk full, I/O, memory) make SQLite undo the whole
/// transaction, or leave no trust in the rest of it; then the one who met the error has it for an answer, and the others are run
/// again, one by one. A commit that fails fails all that were in it: whether it is on disk is not known then.
struct GroupCommit {
    let connection: SQLiteConnection

    private enum Attempt {
        /// All have their outcomes.
        case decided
        /// Nothing is kept. One has its outcome.
        case undone
        /// Nothing is kept, and nobody has an outcome: there were no ids left to give.
        case lacksIDs
    }

    func commit(_ group: [WriteRequest]) {
        var open = group
        var isOneByOne = false
        while let first = open.first {
            let part = isOneByOne ? [first] : open
            switch attempt(part) {
            case .decided: break
            case .undone: isOneByOne = true
            case .lacksIDs: leaseIDs(for: part)
            }
            open = open.filter { $0.outcome == nil }
        }
    }

    private func attempt(_ group: [WriteRequest]) -> Attempt {
        do {
            try connection.begin(.immediate)
        } catch {
            fail(group, error)
            return .decided
        }
        connection.leases?.beginTransaction()
        let isShared = group.count > 1
        for request in group {
            do {
                if isShared { try connection.beginPart() }
                try request.run(on: connection)
                // It may have caught the error, but not undone what led to it.
                if let fault = connection.fault { throw fault }
                if isShared { try connection.keepPart() }
                request.actions = connection.takeActions()
            } catch {
                if connection.leases?.isLacking == true {
                    connection.rollback()
                    return .lacksIDs
                }
                request.outcome = .failed(error)
                if isShared && undoPart() { continue }
                connection.rollback()
                return .undone
            }
        }
        let changed = group.filter { $0.outcome == nil }
        if changed.isEmpty {
            connection.rollback()
            return .decided
        }
        do {
            try connection.leases?.renewBeforeCommit(on: connection)
            try connection.commit()
        } catch {
            fail(changed, error)
            return .decided
        }
        connection.leases?.committed()
        for request in changed { request.outcome = .done }
        for request in changed {
            for action in request.actions { action() }
            request.actions = []
        }
        return .decided
    }

    /// False where the transaction as a whole is not to be trusted any more.
    private func undoPart() -> Bool {
        if let fault = connection.fault, ![.constraint, .sealed, .serverBug].contains(fault.code) { return false }
        guard connection.isInTransaction else { return false }
        do {
            try connection.undoPart()
            return true
        } catch {
            return false
        }
    }

    private func leaseIDs(for group: [WriteRequest]) {
        do {
            try connection.begin(.immediate)
            try connection.leases?.renewLacking(on: connection)
            try connection.commit()
            connection.leases?.committed()
        } catch {
            fail(group, error)
        }
    }

    private func fail(_ group: [WriteRequest], _ error: any Error) {
        connection.rollback()
        connection.leases?.undone()
        for request in group { request.outcome = .failed(error) }
    }
}
