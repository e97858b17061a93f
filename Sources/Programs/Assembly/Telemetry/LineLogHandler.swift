import Glibc
package import Logging

/// swift-log's backend: each event is one line, in text or JSON.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let label: String
    private let isJSON: Bool
    private let output: LogOutput

    package init(label: String, settings: Settings.Log, output: LogOutput) {
        self.label = label
        self.output = output
        isJSON = settings.format == .json
        logLevel = settings.level.loggerLevel
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata {
            // Mostly there is nothing but the event's own.
            if all.isEmpty { all = own } else { all.merge(own) { $1 } }
        }
        if let error = event.error { all["error"] = .string(String(describing: error)) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        output.write(
            isJSON
                ? LogLine.json(event, label: label, metadata: all, time: now)
                : LogLine.text(event, label: label, metadata: all, time: now),
            // What a process says before it ends badly must not be lost with it.
            isUrgent: event.level >= .warning)
    }
}

extension Settings.Log.Level {
    package var loggerLevel: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
