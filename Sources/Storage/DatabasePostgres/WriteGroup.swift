import Database

/// Those that stand in line for what a transaction has its turn at, run in that transaction, each in a savepoint: one commit is for all.
///
/// One that is refused undoes its savepoint only, and its refusal counts when the others are committed, which it may have been for. Where
/// the server has found a fault, or the commit fails, nothing is kept of anybody, nobody is told anything, and each is run again in a
/// transaction of its own: whose fault it was is told by that. After a conflict, which is nobody's fault, they may be together again, some
/// times. Where it is not known whether the commit was made, none is run again.
///
/// Nothing waits for more to come: whoever came after the transaction's snapshot was made stands in line for the next turn. It may have
/// committed something before, or been told of something, that the snapshot does not have.
struct WriteGroup {
    /// The server keeps 64 savepoints' numbers at hand, and those that come first wait for the last.
    private static let mostMembers = 31
    /// No more are begun when those that wait have waited so long for the others, in milliseconds.
    private static let longest: Int64 = 20

    private let connection: PostgresConnection
    private let turns: Turns
    private var members: [(place: Turns.Place, outcome: StandingWrite.Outcome)] = []

    init(_ connection: PostgresConnection, _ turns: Turns) {
        self.connection = connection
        self.turns = turns
    }

    var isEmpty: Bool { members.isEmpty }

    /// Runs those that need no other rows than `rows`, one after the other. Throws where nothing is to be kept of any.
    mutating func run(inLineFor rows: [HotRow]) throws {
        let end = Clock.milliseconds + Self.longest
        while members.count < Self.mostMembers, Clock.milliseconds < end, let place = turns.takeNext(inLineFor: rows, upTo: connection.seenWrites)
        {
            members.append((place, .undone(mustBeAlone: false)))
            guard let write = place.write else { continue }
            try connection.beginPart(turn: place.held)
            do {
                try write.run(on: connection)
                if let fault = connection.fault { throw fault.failure }
                write.actions = connection.takePartActions()
                try connection.keepPart()
                members[members.count - 1].outcome = .done
            } catch {
                if let fault = connection.fault {
                    // Others stand in line for one row more, or there are too few ids: it goes on by itself.
                    write.hotRows = connection.hotRows
                    guard fault.isOfNode else { throw error }
                    members[members.count - 1].outcome = .undone(mustBeAlone: fault.kind != .conflict)
                } else {
                    members[members.count - 1].outcome = .refused(error)
                }
                try connection.undoPart()
            }
        }
    }

    func committed() {
        for member in members { member.place.decide(member.outcome) }
    }

    /// - Parameter fault: what was met, by the group or by its commit.
    func undone(_ fault: Fault?) {
        for member in members {
            if let fault, fault.kind == .undecided {
                member.place.decide(.unknown(fault.failure))
            } else {
                let mustBeAlone = fault.map { member.place.write?.mustBeAlone(after: $0) ?? true } ?? true
                member.place.decide(.undone(mustBeAlone: mustBeAlone))
            }
        }
    }
}
