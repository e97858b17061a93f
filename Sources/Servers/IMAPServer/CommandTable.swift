import IMAPGrammar

/// The states of RFC 9051 §3 in which a command may be given.
struct CommandStates: OptionSet {
    let rawValue: UInt8
    init(rawValue: UInt8) { self.rawValue = rawValue }
    static let notAuthenticated = CommandStates(rawValue: 1)
    static let authenticated = CommandStates(rawValue: 2)
    static let selected = CommandStates(rawValue: 4)
    static let any: CommandStates = [.notAuthenticated, .authenticated, .selected]
    static let signedIn: CommandStates = [.authenticated, .selected]

    func allows(_ state: Session.State) -> Bool { !isDisjoint(with: CommandStates(state)) }

    private init(_ state: Session.State) {
        switch state {
        case .notAuthenticated: self = .notAuthenticated
        case .authenticated: self = .authenticated
        case .selected: self = .selected
        case .logout: self = []
        }
    }

    func whyNot(_ state: Session.State) -> String {
        if state == .notAuthenticated { return "sign in first" }
        return self == .notAuthenticated ? "already signed in" : "no mailbox is selected"
    }
}

struct CommandRow {
    var name: StaticString
    var states: CommandStates
    var updates: CommandUpdates

    init(_ name: StaticString, _ states: CommandStates, _ updates: CommandUpdates = .all) {
        (self.name, self.states, self.updates) = (name, states, updates)
    }
}
