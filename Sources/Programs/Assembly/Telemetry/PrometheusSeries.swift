import Bytes
import Locks
import Metrics
import Synchronization

/// One series: what is counted and how it stands on the page.
protocol PrometheusSeries: AnyObject, Sendable {
    func append(_ name: String, _ labels: String, to out: inout [UInt8])
}

extension PrometheusSeries {
    func appendSample(_ name: String, _ labels: String, _ value: String, to out: inout [UInt8]) {
        out.append(name)
        if !labels.isEmpty { out.append("{\(labels)}") }
        out.append(0x20)
        out.append(value)
        out.append(0x0A)
    }
}

/// The words of the format for values that are no numbers.
func prometheusText(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : value.description
}

final class PrometheusCounter: CounterHandler, PrometheusSeries {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        // A counter never goes down.
        if amount > 0 { value.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { value.store(0, ordering: .relaxed) }

    func append(_ name: String, _ labels: String, to out: inout [UInt8]) {
        appendSample(name, labels, "\(value.load(ordering: .relaxed))", to: &out)
    }
}

final class PrometheusFloatingPointCounter: FloatingPointCounterHandler, PrometheusSeries {
    private let value = Guarded(0.0)

    func increment(by amount: Double) {
        if amount.isFinite && amount > 0 { value.withLock { $0 += amount } }
    }

    func reset() { value.withLock { $0 = 0 } }

    func append(_ name: String, _ labels: String, to out: inout [UInt8]) {
        appendSample(name, labels, prometheusText(value.withLock { $0 }), to: &out)
    }
}

final class PrometheusGauge: MeterHandler, RecorderHandler, PrometheusSeries {
    private let value = Guarded(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func append(_ name: String, _ labels: String, to out: inout [UInt8]) {
        appendSample(name, labels, prometheusText(value.withLock { $0 }), to: &out)
    }
}

/// Counts values by fixed upper bounds.
final class PrometheusHistogram: RecorderHandler, TimerHandler, PrometheusSeries {
    private struct State {
        /// One a bound, and the last for all that is above.
        var counts: [UInt64]
        var sum = 0.0
    }

    /// From half a millisecond, which a cached answer takes, to a minute, when clients have given up.
    static let seconds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Powers of four up to 1 GiB: rows and bytes.
    static let amounts: [Double] = (0...15).map { Double(1 << (2 * $0)) }

    private let bounds: [Double]
    private let state: Guarded<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Guarded(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        if value.isNaN { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] &+= 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func append(_ name: String, _ labels: String, to out: inout [UInt8]) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let front = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (count, bound) in zip(counts, bounds + [.infinity]) {
            total &+= count
            appendSample("\(name)_bucket", "\(front)le=\"\(prometheusText(bound))\"", "\(total)", to: &out)
        }
        appendSample("\(name)_sum", labels, prometheusText(sum), to: &out)
        appendSample("\(name)_count", labels, "\(total)", to: &out)
    }
}
