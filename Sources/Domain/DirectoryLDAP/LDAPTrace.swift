/// What was done with a server, told to `tegu directory test` as it happens. No password is in it.
package enum LDAPTrace: Sendable {
    case connected(server: String, milliseconds: Int64)
    case failed(server: String, reason: String)
    case searched(server: String, base: String, filter: String, attributes: [String], entries: Int, milliseconds: Int64)
    case bound(server: String, name: String, outcome: String)
}
