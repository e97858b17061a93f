import CollectionStore
import DAVServer
import Database
import Logging
import NIOPosix

/// Makes the calendars' index anew beside the server at work, where the system's time zone database is not the one that it
/// was made with. Of several nodes the one in charge does it, once in its life.
struct TimeZoneUpdate: Sendable {
    let installation: Installation
    let logger: Logger

    func run() async {
        while !Task.isCancelled, !installation.database.isInCharge { try? await Task.sleep(for: .seconds(1)) }
        if Task.isCancelled { return }
        let flag = CancellationFlag()
        do {
            // Blocking work of minutes: on a thread that is there for that.
            try await withTaskCancellationHandler {
                try await NIOThreadPool.singleton.runIfActive { try follow(flag) }
            } onCancel: {
                flag.set()
            }
        } catch {
            logger.error("the calendars could not be indexed anew", metadata: ["failure": "\(error)"])
        }
    }

    private func follow(_ flag: CancellationFlag) throws {
        let (database, release) = (installation.database, installation.timeZoneRelease)
        let before = try database.read { tx in try IndexState.value(tx, .timeZones) } ?? "none"
        if before == release { return }
        logger.notice(
            "the time zone database is another: calendars are indexed anew", metadata: ["before": "\(before)", "now": "\(release)"])
        let outcome = try IndexRebuild.followTimeZones(
            database, files: installation.files, timeZones: release, facts: installation.projection.facts,
            isCancelled: { flag.isSet })
        if let outcome, !flag.isSet {
            logger.notice(
                "calendars are indexed", metadata: ["objects": "\(outcome.objects)", "changed": "\(outcome.corrected)"])
        }
    }
}
