import Locks

/// Slows and then blocks addresses from which passwords are guessed.
///
/// - An address (IPv4: itself; IPv6: its /64) has some failures free, then must wait after each, longer and longer,
///   and then is blocked, for twice as long each time. One failure is forgiven every ten minutes.
/// - The same wrong password for the same name counts once: a phone with an old password is no guesser.
/// - An address from which somebody signed in within a day has several times as many failures: an office behind one
///   address.
/// - Who signed in from an address within a day is let through there while others on it are slowed or blocked, unless
///   that very name collects failures there: nobody is locked out by a neighbour, and a neighbour gains five guesses
///   a name.
/// - A name that is guessed at from many addresses is slowed, never blocked, from all addresses but those it signed
///   in from.
/// - This machine and the addresses that are listed (trusted proxies) never wait; their failures are only counted.
package final class GuessGuard: Sendable {
    /// All times in milliseconds.
    package struct Options: Sendable {
        package var isEnabled = true
        /// Failures of an address before it must wait.
        package var freeFailures = 5
        /// Failures of an address at which it is blocked.
        package var blockingFailures = 20
        /// How many times as many an address has from which somebody signed in.
        package var knownAddressFactor = 5
        /// The wait after the first failure that is not free; it doubles.
        package var firstDelay: Int64 = 1_000
        package var maximumDelay: Int64 = 30_000
        package var firstBlock: Int64 = 5 * 60_000
        package var maximumBlock: Int64 = 24 * 3_600_000
        /// How long a sign-in or a block is remembered.
        package var memory: Int64 = 24 * 3_600_000
        /// Failures of a name, from everywhere, before it is slowed.
        package var freeFailuresOfName = 20
        package var maximumDelayOfName: Int64 = 8_000
        /// Failures of a name on an address it signed in from, after which it is a stranger there.
        package var failuresOfKnownName = 5
        /// Addresses, names, and pairs of them that are remembered.
        package var capacity = 100_000

        package init() {}
    }

    /// For people to look at.
    package struct Offender: Sendable, Equatable {
        /// `192.0.2.1`, `2001:db8::/64`.
        package let network: String
        /// Those that are not forgiven yet.
        package let failures: Int
        /// Nil: it is not blocked.
        package let blockedUntil: Int64?
    }

    private struct Peer: Sendable {
        var failures = FailureCount()
        var recent = RecentFailures()
        var waitsUntil: Int64 = 0
        var blockedUntil: Int64 = 0
        var blockCount = 0
        var signedIn: Int64?
    }

    private struct Name: Sendable {
        var failures = FailureCount()
        var recent = RecentFailures()
        var waitsUntil: Int64 = 0
    }

    private struct Pair: Hashable, Sendable {
        var network: PeerNetwork
        var name: SignInName
    }

    private struct Acquaintance: Sendable {
        var signedIn: Int64
        var failures = FailureCount()
    }

    private struct State {
        var peers: RecencyMap<PeerNetwork, Peer>
        var names: RecencyMap<SignInName, Name>
        var acquaintances: RecencyMap<Pair, Acquaintance>
    }

    private let state: Guarded<State>
    private let options: Options
    private let isExempt: @Sendable (String) -> Bool

    /// - Parameter isExempt: whether an address, as it is given to the other functions, must never wait.
    package init(_ options: Options = Options(), isExempt: @escaping @Sendable (String) -> Bool = { _ in false }) {
        self.options = options
        self.isExempt = isExempt
        state = Guarded(State(
            peers: RecencyMap(capacity: options.capacity), names: RecencyMap(capacity: options.capacity),
            acquaintances: RecencyMap(capacity: options.capacity)))
    }

    // MARK: Sign-in

    /// Milliseconds until `peer` may try `name`; nil: now.
    func wait(_ peer: String, _ name: SignInName, now: Int64) -> Int64? {
        guard options.isEnabled else { return nil }
        let network = PeerNetwork(peer)
        if network.isLoopback { return nil }
        let until = state.withLock { state -> Int64 in
            let peer = state.peers.use(network)
            let until = max(
                peer?.waitsUntil ?? 0, peer?.blockedUntil ?? 0, state.names.look(name)?.waitsUntil ?? 0)
            return until > now && !isKnown(state, network, name, now: now) ? until : 0
        }
        return until > now && !isExempt(peer) ? until - now : nil
    }

    /// Whether just this was wrong a while ago.
    func isKnownFailure(_ peer: String, _ name: SignInName, fingerprint: UInt64) -> Bool {
        let network = PeerNetwork(peer)
        return state.withLock { state in
            state.peers.look(network)?.recent.contains(fingerprint) ?? false
                || state.names.look(name)?.recent.contains(fingerprint) ?? false
        }
    }

    /// `fingerprint` is the same for the same password tried for the same name, and tells nothing of it.
    func failed(_ peer: String, _ name: SignInName, fingerprint: UInt64, now: Int64) {
        let network = PeerNetwork(peer)
        let isExempt = network.isLoopback || isExempt(peer)
        state.withLock { state in
            var entry = state.peers.use(network) ?? Peer()
            let isNew = entry.recent.insert(fingerprint)
            if isNew {
                entry.failures.add(now: now)
                if !isExempt { slow(&entry, now: now) }
            }
            state.peers.set(network, entry)

            var named = state.names.use(name) ?? Name()
            if named.recent.insert(fingerprint) {
                named.failures.add(now: now)
                named.waitsUntil = now + delay(
                    failures: named.failures.value(now: now), free: options.freeFailuresOfName,
                    maximum: options.maximumDelayOfName)
            }
            state.names.set(name, named)

            let pair = Pair(network: network, name: name)
            if isNew, var acquaintance = state.acquaintances.look(pair) {
                acquaintance.failures.add(now: now)
                state.acquaintances.set(pair, acquaintance)
            }
        }
    }

    func succeeded(_ peer: String, _ name: SignInName, now: Int64) {
        let network = PeerNetwork(peer)
        state.withLock { state in note(network, name, now: now, in: &state) }
    }

    /// The same for a password that was found right before: each device of a user has an address of its own.
    func cameBack(_ peer: String, _ name: SignInName, now: Int64) {
        let network = PeerNetwork(peer)
        state.withLock { state in
            if let known = state.acquaintances.look(Pair(network: network, name: name)), now &- known.signedIn < options.memory / 8 { return }
            note(network, name, now: now, in: &state)
        }
    }

    private func note(_ network: PeerNetwork, _ name: SignInName, now: Int64, in state: inout State) {
        var entry = state.peers.use(network) ?? Peer()
        entry.signedIn = now
        state.peers.set(network, entry)
        let pair = Pair(network: network, name: name)
        var acquaintance = state.acquaintances.use(pair) ?? Acquaintance(signedIn: now)
        acquaintance.signedIn = now
        state.acquaintances.set(pair, acquaintance)
    }

    private func isKnown(_ state: borrowing State, _ network: PeerNetwork, _ name: SignInName, now: Int64) -> Bool {
        guard let acquaintance = state.acquaintances.look(Pair(network: network, name: name)) else { return false }
        return isRecent(acquaintance.signedIn, now: now)
            && acquaintance.failures.value(now: now) < options.failuresOfKnownName
    }

    private func isRecent(_ time: Int64?, now: Int64) -> Bool {
        guard let time else { return false }
        return now &- time < options.memory
    }

    private func slow(_ peer: inout Peer, now: Int64) {
        let factor = isRecent(peer.signedIn, now: now) ? max(1, options.knownAddressFactor) : 1
        let failures = peer.failures.value(now: now)
        if failures >= options.blockingFailures * factor {
            if peer.blockCount > 0 && !isRecent(peer.blockedUntil, now: now) { peer.blockCount = 0 }
            peer.blockedUntil = now + doubled(options.firstBlock, times: peer.blockCount, maximum: options.maximumBlock)
            peer.blockCount += 1
        } else {
            peer.waitsUntil = now + delay(
                failures: failures, free: options.freeFailures * factor, maximum: options.maximumDelay)
        }
    }

    private func delay(failures: Int, free: Int, maximum: Int64) -> Int64 {
        failures > free ? doubled(options.firstDelay, times: failures - free - 1, maximum: maximum) : 0
    }

    private func doubled(_ time: Int64, times: Int, maximum: Int64) -> Int64 {
        min(maximum, time << Int64(min(times, 20)))
    }

    // MARK: For people

    /// Addresses with failures, the blocked ones first, then by failures.
    package func offenders(now: Int64, limit: Int = 1_000) -> [Offender] {
        var all: [Offender] = []
        state.withLock { state in
            state.peers.forEach { network, peer in
                let failures = peer.failures.value(now: now)
                let isBlocked = peer.blockedUntil > now && options.isEnabled
                if failures > 0 || isBlocked {
                    all.append(Offender(
                        network: network.description, failures: failures,
                        blockedUntil: isBlocked ? peer.blockedUntil : nil))
                }
            }
        }
        all.sort { ($0.blockedUntil ?? 0, $0.failures, $1.network) > ($1.blockedUntil ?? 0, $1.failures, $0.network) }
        return Array(all.prefix(max(0, limit)))
    }

    /// How many addresses are blocked.
    package func blockedCount(now: Int64) -> Int {
        var count = 0
        state.withLock { state in
            state.peers.forEach { _, peer in if peer.blockedUntil > now { count += 1 } }
        }
        return options.isEnabled ? count : 0
    }

    /// Forgets all failures of an address (for IPv6: of its /64, with or without the `/64`). False where there were
    /// none.
    @discardableResult
    package func unblock(_ peer: String) -> Bool {
        let network = PeerNetwork(peer.hasSuffix("/64") ? String(peer.dropLast(3)) : peer)
        return state.withLock { state in
            guard var entry = state.peers.look(network) else { return false }
            let signedIn = entry.signedIn
            let hadFailures = entry.failures != FailureCount()
            entry = Peer()
            entry.signedIn = signedIn
            state.peers.set(network, entry)
            return hadFailures
        }
    }

    /// Forgets all failures with a name.
    package func unblock(_ name: SignInName) {
        state.withLock { state in _ = state.names.remove(name) }
    }
}
