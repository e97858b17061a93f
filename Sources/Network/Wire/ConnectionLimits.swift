import Locks

/// Counts the connections that are open, in all and of each subscriber's address, and refuses those above the limits.
///
/// Invariant: each `admit` that answers true is followed by exactly one `release` of the same address.
package final class ConnectionLimits: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [IPAddress: Int] = [:]
    }

    private let counts = Guarded(Counts())
    private let total: Int
    private let perAddress: Int
    private let exempt: [AddressRange]

    /// - Parameter exempt: addresses without a limit of their own, such as those of proxies; they count in the total.
    package init(total: Int, perAddress: Int, exempt: [AddressRange] = []) {
        self.total = total
        self.perAddress = perAddress
        self.exempt = exempt
    }

    /// How many connections are open.
    package var open: Int { counts.withLock { $0.total } }

    package func admit(_ address: IPAddress) -> Bool {
        let isCounted = !exempt.contains(address)
        return counts.withLock { counts in
            guard counts.total < total else { return false }
            if isCounted {
                let count = counts.byAddress[address.subscriber, default: 0]
                guard count < perAddress else { return false }
                counts.byAddress[address.subscriber] = count + 1
            }
            counts.total += 1
            return true
        }
    }

    package func release(_ address: IPAddress) {
        let isCounted = !exempt.contains(address)
        counts.withLock { counts in
            counts.total -= 1
            guard isCounted, let count = counts.byAddress[address.subscriber] else { return }
            counts.byAddress[address.subscriber] = count > 1 ? count - 1 : nil
        }
    }
}
