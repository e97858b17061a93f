import Directory
import Synchronization

/// A directory elsewhere whose people and state a test sets, and that counts what it is asked.
final class FakeDirectory: DirectoryBackend {
    struct State {
        var people: [DirectoryEntry] = []
        var passwords: [String: [UInt8]] = [:]
        var isDown = false
        var searches = 0
        var binds = 0
        /// By the ids of their members.
        var groups: [String: [DirectoryEntry]] = [:]
        var groupSearches = 0
        /// The ids of those whose groups cannot be had.
        var failing: Set<String> = []
        /// Is called while groups are looked for.
        var walking: (@Sendable () -> Void)?
    }

    let name: String
    let domains: [String]
    let state = Mutex(State())

    init(_ name: String, domains: [String] = ["example.org"]) {
        self.name = name
        self.domains = domains
    }

    func add(_ entry: DirectoryEntry, password: String) {
        state.withLock { state in
            state.people.removeAll { $0.id == entry.id }
            state.people.append(entry)
            state.passwords[entry.id] = Array(password.utf8)
        }
    }

    func change(_ id: String, _ edit: (inout DirectoryEntry) -> Void) {
        state.withLock { state in
            for index in state.people.indices where state.people[index].id == id { edit(&state.people[index]) }
        }
    }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }
    var binds: Int { state.withLock { $0.binds } }

    private func asked<Value>(_ body: (inout State) -> Value) throws(DirectoryUnavailable) -> Value {
        let answer = state.withLock { state in state.isDown ? nil : body(&state) }
        guard let answer else { throw DirectoryUnavailable(directory: name, reason: "down", retryAfter: 7) }
        return answer
    }

    func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? {
        try asked { state -> [DirectoryEntry] in
            state.searches += 1
            return state.people.filter { $0.login == name.name || $0.addresses.contains(name.description) }
        }.first
    }

    func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? {
        try asked { state in state.people.filter { $0.id == id } }.first
    }

    func verify(_ password: [UInt8], of entry: DirectoryEntry) throws(DirectoryUnavailable) -> PasswordVerdict {
        try asked { state in
            state.binds += 1
            return state.passwords[entry.id] == password ? .right : .wrong
        }
    }

    func forEach(
        _ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        for entry in try asked({ $0.people }) where entry.kind == kind && !body(entry) { return false }
        return true
    }

    func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] {
        let (groups, isFailing, walking) = try asked { state in
            state.groupSearches += 1
            return (state.groups[entry.id] ?? [], state.failing.contains(entry.id), state.walking)
        }
        if isFailing { throw DirectoryUnavailable(directory: name, reason: "it did not search to the end", retryAfter: 1) }
        walking?()
        return groups
    }
}
