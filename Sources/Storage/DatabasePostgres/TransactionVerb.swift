import CPostgreSQL

/// What begins and ends transactions. A session prepares all of them when it begins: each transaction has two, whose text the server would
/// parse each time.
enum TransactionVerb: String, CaseIterable {
    case beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    case beginSerializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
    case beginRepeatable = "BEGIN ISOLATION LEVEL REPEATABLE READ"
    case commit = "COMMIT"
    case rollback = "ROLLBACK"

    /// Of the prepared statement.
    var name: String {
        switch self {
        case .beginRead: "begin_read"
        case .beginSerializable: "begin_serializable"
        case .beginRepeatable: "begin_repeatable"
        case .commit: "commit"
        case .rollback: "rollback"
        }
    }
}
