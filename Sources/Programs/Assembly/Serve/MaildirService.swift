import Database
import Logging
import Mail
import NIOPosix

/// Keeps the files of mail and their index together: what is done here goes to the names of files, what other programs do comes into the
/// index, of the mailboxes that somebody watches; of the others it is seen when they are asked for.
struct MaildirService: Sendable {
    let installation: Installation
    let logger: Logger
    let clock: @Sendable () -> Int64
    /// It waits for disks: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let stop = CancellationFlag()

    private static let pause = Duration.seconds(1)
    private static let roundsBetweenWholeOnes = 600

    init(installation: Installation, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        self.installation = installation
        self.logger = logger
        self.clock = clock
    }

    /// Until the task is cancelled.
    func run() async {
        thread.start()
        var rounds = 0
        var told: Set<String> = []
        while !Task.isCancelled {
            // The first one finishes what a crash has left.
            let isWhole = rounds % Self.roundsBetweenWholeOnes == 0
            let lines = await withTaskCancellationHandler {
                (try? await thread.runIfActive { [self] in work(isWhole: isWhole) }) ?? []
            } onCancel: {
                stop.set()
            }
            // What is wrong is told when it begins, not each second.
            for line in lines where !told.contains(line) { logger.warning("mail in files", metadata: ["what": "\(line)"]) }
            told = Set(lines)
            rounds += 1
            try? await Task.sleep(for: Self.pause)
        }
        try? await thread.shutdownGracefully()
    }

    private func work(isWhole: Bool) -> [String] {
        var lines: [String] = []
        do {
            try installation.mail.workOnFiles(
                installation.database, isWhole: isWhole, now: clock(), report: { lines.append($0) }, while: { !stop.isSet })
        } catch {
            lines.append("\(error)")
        }
        return lines
    }
}
