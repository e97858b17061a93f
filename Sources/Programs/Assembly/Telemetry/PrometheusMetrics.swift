import Bytes
import Locks
package import Metrics

/// swift-metrics' backend for Prometheus: keeps all series in memory and writes them when they are asked for.
///
/// Invariants: the number of series is bounded whatever labels are made of (a family that is full counts the rest in
/// one series whose label values are `other`); a name has one kind, so that the page is always well-formed.
package final class PrometheusMetrics: MetricsFactory {
    private struct State {
        var families: [String: Family] = [:]
        /// Metrics that were asked for under a name of another kind, or past the limit of names: they count for nobody.
        var refused = 0
    }

    struct Family {
        var kind: Kind
        var series: [Labels: any PrometheusSeries] = [:]
    }

    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    private let state = Guarded(State())
    private let seriesLimit: Int
    private let familyLimit: Int
    private let process: ProcessStatistics?

    /// - Parameters:
    ///   - seriesLimit: Series (sets of label values) of one name.
    ///   - familyLimit: Names.
    ///   - withProcess: Whether the page has the statistics of the process as well.
    package init(seriesLimit: Int = 500, familyLimit: Int = 1_000, withProcess: Bool = true) {
        self.seriesLimit = seriesLimit
        self.familyLimit = familyLimit
        process = withProcess ? ProcessStatistics() : nil
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, "_total", dimensions, .counter) { PrometheusCounter() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, "_total", dimensions, .counter) { PrometheusFloatingPointCounter() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, "", dimensions, .gauge) { PrometheusGauge() }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        // swift-metrics: a recorder that does not aggregate is a gauge.
        if aggregate {
            series(label, "", dimensions, .histogram) { PrometheusHistogram(bounds: PrometheusHistogram.amounts) }
        } else {
            series(label, "", dimensions, .gauge) { PrometheusGauge() }
        }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, "_seconds", dimensions, .histogram) { PrometheusHistogram(bounds: PrometheusHistogram.seconds) }
    }

    // A series stays when one of its users lets go of it: a counter that starts anew is a reset to Prometheus, and
    // others may hold it.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func series<Series: PrometheusSeries>(
        _ label: String, _ suffix: String, _ dimensions: [(String, String)], _ kind: Kind, _ make: () -> Series
    ) -> Series {
        var name = Labels.name(label)
        if !name.hasSuffix(suffix) { name += suffix }
        let labels = Labels(dimensions)
        return state.withLock { state in
            guard state.families[name] != nil || state.families.count < familyLimit else {
                state.refused += 1
                return make()
            }
            var family = state.families[name] ?? Family(kind: kind)
            let key = family.series[labels] != nil || family.series.count < seriesLimit ? labels : labels.other
            let present = family.series[key]
            if let present = present as? Series { return present }
            guard family.kind == kind, present == nil else {
                state.refused += 1
                return make()
            }
            let series = make()
            family.series[key] = series
            state.families[name] = family
            return series
        }
    }

    // MARK: The page

    /// The media type of what `render` gives.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Prometheus' text format 0.0.4.
    package func render() -> [UInt8] {
        let (families, refused) = state.withLock { ($0.families, $0.refused) }
        var out: [UInt8] = []
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            Self.appendHead(name, family.kind, to: &out)
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.append(name, labels.rendered, to: &out)
            }
        }
        Self.appendHead("tegu_metrics_refused", .gauge, to: &out)
        out.append("tegu_metrics_refused \(refused)\n")
        process?.append(to: &out)
        return out
    }

    static func appendHead(_ name: String, _ kind: Kind, to out: inout [UInt8]) {
        if let help = MetricHelp.texts[name] { out.append("# HELP \(name) \(help)\n") }
        out.append("# TYPE \(name) \(kind.rawValue)\n")
    }
}
