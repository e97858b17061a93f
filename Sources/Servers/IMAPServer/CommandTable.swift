import IMAPGrammar

/// The states of RFC 9051 §3 in which a command may be given.
struct CommandStates: OptionSet {
    let rawValue: UInt8
    static let notAuthenticated = CommandStates(rawValue: 1)
    static let authenticated = CommandStates(rawValue: 2)
    static let selected = CommandStates(rawValue: 4)
    static let any: CommandStates = [.notAuthenticated, .authenticated, .selected]
    static let signedIn: CommandStates = [.authenticated, .selected]

    func contains(_ state: Session.State) -> Bool {
        switch state {
        case .notAuthenticated: contains(.notAuthenticated)
        case .authenticated: contains(.authenticated)
        case .selected: contains(.selected)
        case .logout: false
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
