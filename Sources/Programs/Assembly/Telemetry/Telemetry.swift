import Logging
import Metrics

/// The log and the metrics of the process.
package enum Telemetry {
    /// Makes `Logger(label:)` and swift-metrics, everywhere in the process, write to what the settings say, behind
    /// those who log. Once a process.
    package static func bootstrap(_ settings: Settings.Log, metrics: PrometheusMetrics) {
        let output = output(settings)
        output.writeBehind()
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, settings: settings, output: output) }
        MetricsSystem.bootstrap(metrics)
    }

    private static func output(_ settings: Settings.Log) -> LogOutput {
        settings.output == .stdout ? .standardOutput : .standardError
    }

    /// Where HTTP requests are told; nil where the settings want none of them.
    static func requestLogger(_ settings: Settings.Log) -> RequestLines? {
        RequestLines(settings, output: output(settings))
    }
}
