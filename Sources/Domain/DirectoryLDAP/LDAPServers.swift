/// Which of a directory's servers are tried, in which order: as they are listed, without those that were found dead. Each
/// failure doubles the time for which one is left alone; then one thread tries it while the others go on without it.
///
/// Times are milliseconds of a clock that only grows.
struct LDAPServers: Sendable {
    static let firstBackOff: Int64 = 2_000
    static let maximumBackOff: Int64 = 60_000

    private struct Health: Sendable {
        var failures = 0
        var deadUntil: Int64 = 0
        /// Whether a thread tries it since it was found dead.
        var isTried = false
    }

    private var health: [Health]
    private let trialTime: Int64

    /// - Parameter trialTime: the longest that a try of a server may take.
    init(count: Int, trialTime: Int64) {
        health = Array(repeating: Health(), count: max(0, count))
        self.trialTime = trialTime
    }

    /// The indices of those to try now, in order.
    mutating func candidates(now: Int64) -> [Int] {
        var indices: [Int] = []
        for index in health.indices where health[index].deadUntil <= now {
            // Nobody else tries it until this try is over.
            if health[index].failures > 0 {
                health[index].deadUntil = now + trialTime
                health[index].isTried = true
            }
            indices.append(index)
        }
        return indices
    }

    /// One of the candidates was not needed: another may try it.
    mutating func untried(_ index: Int, now: Int64) {
        guard health.indices.contains(index), health[index].failures > 0 else { return }
        health[index].deadUntil = now
        health[index].isTried = false
    }

    mutating func failed(_ index: Int, now: Int64) {
        guard health.indices.contains(index) else { return }
        // Those who were at it when it was found dead tell nothing new.
        if health[index].failures > 0 && !health[index].isTried { return }
        health[index].isTried = false
        let backOff = Self.firstBackOff << Int64(min(health[index].failures, 10))
        health[index].failures += 1
        health[index].deadUntil = now + min(backOff, Self.maximumBackOff)
    }

    mutating func succeeded(_ index: Int) {
        if health.indices.contains(index) { health[index] = Health() }
    }

    /// Milliseconds until one may be tried.
    func wait(now: Int64) -> Int64 { max(0, (health.map(\.deadUntil).min() ?? now) - now) }
}
