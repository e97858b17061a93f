import Logging

/// Says in the log, at the start and once a day, that the certificate's time is over or will be soon.
struct CertificateReminder: Sendable {
    let settings: Settings
    let logger: Logger
    let clock: @Sendable () -> Int64

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            remind()
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    func remind() {
        if let warning = CertificateFiles.warning(settings, now: clock()) { logger.warning("\(warning)") }
    }
}
