import Testing
@testable import DatabaseSQLite
