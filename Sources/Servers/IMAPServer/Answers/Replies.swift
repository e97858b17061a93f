import Database
import IMAPGrammar
import Logging

/// Outcomes that are errors, as responses. The client gets general words, the log the detail.
enum Replies {
    static func completion(of error: any Error, _ logger: Logger) -> Completion {
        switch error {
        case let refused as Refused: return refused.completion
        case let failure as Failure:
            logger.error("command failed", metadata: ["failure": "\(failure)"])
            return completion(of: failure)
        default:
            logger.error("command failed", metadata: ["failure": "\(error)"])
            return .no(.serverBug, "the server has a fault")
        }
    }

    private static func completion(of failure: Failure) -> Completion {
        switch failure.code {
        case .unavailable: .no(.unavailable, "not possible now, try again later")
        case .storageFull: .no(.unavailable, "the server has no room now")
        case .damaged: .no(.corruption, "what is stored is damaged")
        case .constraint, .serverBug: .no(.serverBug, "the server has a fault")
        }
    }
}
