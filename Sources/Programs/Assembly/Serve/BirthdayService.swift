import BirthdayCalendars
import CollectionStore
import Database
import Directory
import Logging

/// Brings calendars of birthdays up to date a moment after a book has changed. Of several nodes the one in charge does it.
struct BirthdayService: Sendable {
    let installation: Installation
    let logger: Logger
    let clock: @Sendable () -> Milliseconds

    private static let pause = Duration.seconds(1)
    /// How long one that failed (a full quota, mostly) is left alone.
    private static let rest: Milliseconds = 60_000
    private static let batch = 1000

    /// Until the task is cancelled.
    func run() async {
        var resting: [PrincipalID: Milliseconds] = [:]
        while !Task.isCancelled {
            do {
                try await round(&resting)
            } catch {
                logger.error("birthdays cannot be updated", metadata: ["failure": "\(error)"])
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func round(_ resting: inout [PrincipalID: Milliseconds]) async throws {
        if !installation.database.isInCharge { return }
        let now = clock()
        resting = resting.filter { $0.value > now }
        let update = BirthdayUpdate(
            database: installation.database, files: installation.files, timeZones: installation.timeZones)
        let stale = try installation.database.read { tx in
            try Birthdays.stale(tx, limit: Self.batch + resting.count)
        }
        for owner in stale where resting[owner] == nil {
            do {
                while try !Task.isCancelled && update.step(of: owner, now: clock()) { await Task.yield() }
            } catch let refusal as StoreRefusal {
                resting[owner] = now + Self.rest
                logger.notice(
                    "birthdays not updated",
                    metadata: ["principal": "\(owner.rawValue)", "outcome": "\(CommandError.text(of: refusal))"])
            } catch {
                // One owner's fault is not the others'.
                resting[owner] = now + Self.rest
                logger.error(
                    "birthdays not updated", metadata: ["principal": "\(owner.rawValue)", "failure": "\(error)"])
            }
        }
    }
}
