package import Database
import Synchronization
import Threads

extension PostgresDatabase {
    package func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
        let mark = try TransactionMark(self)
        defer { mark.remove() }
        var result: Result?
        try withoutActuallyEscaping(body) { body in
            let write = StandingWrite(number: turns.beginWrite()) { connection in result = try body(WriteTransaction(connection: connection)) }
            defer { write.dropWork() }
            try run(write)
        }
        guard let result else { throw Failure(.serverBug, "a write that was committed and not run") }
        return result
    }

    private enum Attempt {
        case done
        /// It is to be run again, in turn where it said what rows it would change; alone, where those that it had with it may be at fault.
        case again([HotRow], isAlone: Bool, any Error)
        /// It has its turn on this node, and others have theirs on another one.
        case turnOfOthers
    }

    private func run(_ write: StandingWrite) throws {
        var retries = Retries(milliseconds: options.retryMilliseconds)
        var turn = Turn(turns)
        defer { turn.giveOn() }
        var pause: Int64 = 0
        var isAlone = false
        while true {
            switch try attempt(write, &turn, &retries, pause: pause, isAlone: isAlone) {
            case .done:
                for action in write.actions { action() }
                return
            case .again(let rows, let mustBeAlone, let error):
                repeated.add(1, ordering: .relaxed)
                isAlone = isAlone || mustBeAlone
                write.hotRows = rows
                // Without a connection, which others need meanwhile.
                waiting: while true {
                    switch turn.take(write.hotRows, until: retries.end, for: isAlone ? nil : write) {
                    case .taken: break waiting
                    // It goes on without its neighbours.
                    case .late where write.hotRows.first?.isNeighbourhood == true: break waiting
                    case .late: throw error
                    case .decided:
                        switch write.outcome {
                        case .done:
                            turn.giveOn()
                            for action in write.actions { action() }
                            return
                        case .refused(let error), .unknown(let error): throw error
                        case .undone(let mustBeAlone): isAlone = isAlone || mustBeAlone
                        }
                    }
                }
                pause = 0
            case .turnOfOthers:
                guard Clock.milliseconds < retries.end else {
                    throw Failure(.unavailable, "other nodes had their turns for \(options.retryMilliseconds) ms")
                }
                pause = Int64.random(in: 5...20)
            }
        }
    }

    /// - Parameter pause: for how long it waits, without a connection, for a place among those that wait for other nodes with one. Without
    ///   a place it only looks whether it is its turn.
    private func attempt(
        _ write: StandingWrite, _ turn: inout Turn, _ retries: inout Retries, pause: Int64, isAlone: Bool
    ) throws -> Attempt {
        var mayWait = !turn.rows.isEmpty && turns.nodeWaits.take(until: min(retries.end, Clock.milliseconds + pause))
        defer { if mayWait { turns.nodeWaits.giveBack() } }
        let connection = try pool.take()
        defer { pool.putBack(connection) }
        connection.begin(.write, turn: turn.rows)
        var group = WriteGroup(connection, turns)
        do {
            if !turn.rows.isEmpty {
                if try !connection.lockTurn(until: mayWait ? turn.latest(retries.end) : nil) {
                    guard turn.isOfNeighbours else { return .turnOfOthers }
                    turn.leaveNeighbours()
                }
                if mayWait { turns.nodeWaits.giveBack() }
                mayWait = false
            }
            try write.run(on: connection)
            if let fault = connection.fault { throw fault.failure }
            write.hotRows = connection.hotRows
            write.actions = connection.takeActions()
            let rows = turn.rows + connection.entered
            if !isAlone, !rows.isEmpty { try group.run(inLineFor: rows) }
            let given = connection.askedIDs.keys
            do { try connection.commit() } catch { throw error.failure }
            connection.giveOnTurn()
            connection.leaveEntered()
            turn.giveOn()
            group.committed()
            notifier.announce(connection.takeNotices(), on: connection)
            for sequence in given { leases.renewInTime(sequence, on: connection) }
            return .done
        } catch {
            let fault = connection.fault
            if fault?.kind == .undecided { undecided.add(1, ordering: .relaxed) }
            connection.end()
            connection.giveOnTurn()
            connection.leaveEntered(isOpen: fault.map { $0.kind != .conflict || $0.isOfNode || $0.isOfReads } ?? true)
            if !group.isEmpty {
                group.undone(fault)
                guard let fault, fault.kind != .undecided else { throw error }
                // It stands in line again where it did, though it may have been another one's fault.
                let rows = fault.kind == .conflict || turn.isOfNeighbours ? turn.rows(after: fault, of: write.hotRows) : write.hotRows
                return .again(rows, isAlone: write.mustBeAlone(after: fault), error)
            }
            guard let fault, try retries.mayRunAgain(after: fault, on: connection) else { throw error }
            return .again(turn.rows(after: fault, of: connection.hotRows), isAlone: false, error)
        }
    }
}
