import CLDAP
import Glibc

/// One connection to one server, for one thread at a time. Every wait in it ends by its time.
///
/// Guarded by `LDAPConnections`, which gives it to one thread and takes it back.
final class LDAPConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    let server: LDAPServerURL
    private let operationTime: Int64
    private let deadline = ConnectionDeadline()
    private let watch: UnsafeMutableRawPointer?
    /// The name that it is signed in with; nil: unknown or none.
    private(set) var boundName: String?

    /// No file of the machine (ldap.conf) and no variable may change what is set here: it could turn checks off.
    static let isPrepared: Bool = {
        setenv("LDAPNOINIT", "1", 1)
        return cldap_set_int(nil, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) == LDAP_OPT_SUCCESS
    }()

    private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    // RFC 4511 §4.2, §4.5.2: SearchResultEntry and SearchResultDone.
    private static let searchEntry: Int32 = 0x64
    private static let searchResult: Int32 = 0x65

    /// Connects, and does TLS unless that is turned off.
    convenience init(_ server: LDAPServerURL, _ configuration: LDAPConfiguration) throws(LDAPError) {
        try self.init(server, configuration, certificate: .checked)
    }

    private enum CertificateUse {
        case checked
        /// It is looked at, and nothing is ever sent to who has shown it.
        case looked
    }

    private init(
        _ server: LDAPServerURL, _ configuration: LDAPConfiguration, certificate: CertificateUse
    ) throws(LDAPError) {
        _ = Self.isPrepared
        var made: OpaquePointer?
        let code = ldap_initialize(&made, server.description)
        guard code == LDAP_SUCCESS, let handle = made else { throw LDAPError(code, "initialize") }
        self.handle = handle
        self.server = server
        operationTime = configuration.operationTime
        watch = cldap_watch(handle, Unmanaged.passUnretained(deadline).toOpaque()) { context, descriptor in
            guard let context else { return }
            Unmanaged<ConnectionDeadline>.fromOpaque(context).takeUnretainedValue().connected(descriptor)
        }
        guard watch != nil else { throw LDAPError(LDAP_LOCAL_ERROR, "set the deadline") }
        try set(cldap_set_int(handle, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3), "the version")
        // A referral would send passwords to whom the answer names.
        try set(cldap_set_off(handle, LDAP_OPT_REFERRALS), "referrals")
        try set(cldap_set_off(handle, LDAP_OPT_RESTART), "restarts")
        try set(cldap_set_time(handle, LDAP_OPT_NETWORK_TIMEOUT, Int(configuration.connectTime)), "time-outs")
        try set(cldap_set_time(handle, LDAP_OPT_TIMEOUT, Int(configuration.connectTime)), "time-outs")
        if server.isTLS || configuration.security == .tls { try startTLS(configuration, certificate) }
        guard cldap_limit_incoming(handle, LDAPLimits.message) > 0 else { throw LDAPError(LDAP_LOCAL_ERROR, "limits") }
    }

    // No deinit runs where init throws before all is set; all is set before anything throws.
    deinit {
        ldap_unbind_ext(handle, nil, nil)
        free(watch)
    }

    private func set(_ code: Int32, _ option: String) throws(LDAPError) {
        if code != LDAP_OPT_SUCCESS { throw LDAPError(code, "set \(option)") }
    }

    private func startTLS(_ configuration: LDAPConfiguration, _ certificate: CertificateUse) throws(LDAPError) {
        let caFile = configuration.caFile.isEmpty ? Self.systemAuthorities : configuration.caFile
        guard access(caFile, R_OK) == 0 else {
            throw LDAPError(LDAP_CONNECT_ERROR, "TLS", diagnostic: "\(caFile) cannot be read")
        }
        let check = certificate == .checked ? LDAP_OPT_X_TLS_HARD : LDAP_OPT_X_TLS_NEVER
        try set(cldap_set_text(handle, LDAP_OPT_X_TLS_CACERTFILE, caFile), "the authorities")
        try set(cldap_set_int(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, check), "the check of certificates")
        try set(cldap_set_int(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, (3 << 8) + 3), "TLS 1.2")
        // The settings before count for a new context only.
        try set(cldap_set_int(handle, LDAP_OPT_X_TLS_NEWCTX, 0), "the TLS context")
        let action = server.isTLS ? "connect to \(server)" : "StartTLS with \(server)"
        let code = deadline.run(milliseconds: configuration.connectTime) {
            // RFC 4511 §4.14.
            server.isTLS ? ldap_connect(handle) : ldap_start_tls_s(handle, nil, nil)
        }
        if code == LDAP_SUCCESS, !deadline.isOver { return }
        guard deadline.isConnected else {
            throw LDAPError(
                code == LDAP_SUCCESS ? LDAP_TIMEOUT : code, action, diagnostic: "it does not answer, or its name has no address")
        }
        if deadline.isOver { throw LDAPError(LDAP_TIMEOUT, action, diagnostic: "it takes connections, and does not go on") }
        // A server's refusal of StartTLS is told by itself; a handshake's is one of these.
        guard code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR else { throw failure(code, action) }
        guard certificate == .checked else { throw LDAPError(code, action) }
        throw LDAPError(code, action, diagnostic: Self.fault(of: server, configuration, caFile: caFile))
    }

    /// Why TLS with a server failed: libldap over GnuTLS does not say what it has against a certificate.
    private static func fault(of server: LDAPServerURL, _ configuration: LDAPConfiguration, caFile: String) -> String {
        do throws(LDAPError) {
            let connection = try LDAPConnection(server, configuration, certificate: .looked)
            let shown = bytes(cldap_peer_certificate(connection.handle))
            return CertificateFault.text(shown, of: server, caFile: caFile, now: Int64(time(nil)) * 1_000)
        } catch {
            return "it does no TLS there, or none of version 1.2 and later"
        }
    }

    // MARK: Bind

    /// RFC 4511 §4.2, simple. Throws the server's refusal too.
    func bind(_ name: String, _ password: [UInt8]) throws(LDAPError) {
        // RFC 4513 §5.1.2: a name with an empty password is an unauthenticated bind, which many servers grant.
        guard name.isEmpty == password.isEmpty else {
            throw LDAPError(LDAP_INVALID_CREDENTIALS, "bind", diagnostic: "a name and a password belong together")
        }
        boundName = nil
        var id: Int32 = 0
        var bytes = password.map { CChar(bitPattern: $0) }
        let code = bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            var credential = berval(bv_len: ber_len_t(buffer.count), bv_val: buffer.baseAddress)
            return ldap_sasl_bind(handle, name, cldap_simple(), &credential, nil, nil, &id)
        }
        guard code == LDAP_SUCCESS else { throw failure(code, "bind to \(server)") }
        let message = try wait(id, until: Self.clock() + operationTime, "bind to \(server)")
        defer { ldap_msgfree(message) }
        _ = try result(message, "bind to \(server)")
        boundName = name
    }

    // MARK: Search

    enum Scope: Int32 {
        case base = 0
        case subtree = 2
    }

    /// RFC 4511 §4.5. Calls `body` for each entry as it comes, until it returns false; the controls of the result.
    ///
    /// - Parameter cookie: with a page size: where to go on (RFC 2696); afterwards where the next page begins, empty after
    ///   the last.
    /// - Returns: false where the server had more than it gave, or `body` had enough.
    func search(
        _ base: String, _ scope: Scope, _ filter: String, _ attributes: [String], pageSize: Int = 0,
        cookie: inout [UInt8], until deadline: Int64, _ body: (LDAPEntry) throws(LDAPError) -> Bool
    ) throws(LDAPError) -> Bool {
        var id: Int32 = 0
        let code = begin(base, scope, filter, attributes, pageSize, cookie, deadline, &id)
        cookie = []
        guard code == LDAP_SUCCESS else { throw failure(code, "search") }
        while true {
            let message = try wait(id, until: deadline, "search")
            defer { ldap_msgfree(message) }
            switch ldap_msgtype(message) {
            case Self.searchEntry:
                guard try body(entry(message)) else {
                    ldap_abandon_ext(handle, id, nil, nil)
                    return false
                }
            case Self.searchResult:
                do throws(LDAPError) {
                    cookie = try result(message, "search in “\(base)”")
                    return true
                } catch {
                    switch error.code {
                    // A name that another entry holds need not be one.
                    case LDAP_NO_SUCH_OBJECT where scope == .base, LDAP_INVALID_DN_SYNTAX where scope == .base: return true
                    case LDAP_SIZELIMIT_EXCEEDED, LDAP_TIMELIMIT_EXCEEDED, LDAP_ADMINLIMIT_EXCEEDED: return false
                    default: throw error
                    }
                }
            // References to other servers are not followed.
            default: continue
            }
        }
    }

    private func begin(
        _ base: String, _ scope: Scope, _ filter: String, _ attributes: [String], _ pageSize: Int, _ cookie: [UInt8],
        _ deadline: Int64, _ id: inout Int32
    ) -> Int32 {
        var names: [UnsafeMutablePointer<CChar>?] = attributes.map { strdup($0) } + [nil]
        defer { for name in names { free(name) } }
        var controls: [UnsafeMutablePointer<LDAPControl>?] = [nil, nil]
        defer { if let control = controls[0] { ldap_control_free(control) } }
        if pageSize > 0 {
            var bytes = cookie.map { CChar(bitPattern: $0) }
            let code = bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
                var place = berval(bv_len: ber_len_t(buffer.count), bv_val: buffer.baseAddress)
                // Not critical: a server without pages then gives what it gives.
                return ldap_create_page_control(handle, ber_int_t(clamping: pageSize), &place, 0, &controls[0])
            }
            if code != LDAP_SUCCESS { return code }
        }
        return cldap_search(
            handle, base, scope.rawValue, filter, &names, &controls, Self.rest(until: deadline), &id)
    }

    // MARK: Parts

    /// The next message of an operation; the caller frees it.
    private func wait(_ id: Int32, until deadline: Int64, _ action: String) throws(LDAPError) -> OpaquePointer {
        var message: OpaquePointer?
        let type = cldap_result(handle, id, Self.rest(until: deadline), &message)
        if type > 0, let message { return message }
        if let message { ldap_msgfree(message) }
        if type == 0 {
            ldap_abandon_ext(handle, id, nil, nil)
            throw LDAPError(LDAP_TIMEOUT, action)
        }
        var code: Int32 = LDAP_SERVER_DOWN
        ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code)
        throw failure(code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code, action)
    }

    /// The cookie of a page, if there is one. Throws what the server refused.
    private func result(_ message: OpaquePointer, _ action: String) throws(LDAPError) -> [UInt8] {
        var code: Int32 = 0
        var text: UnsafeMutablePointer<CChar>?
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        let parsed = ldap_parse_result(handle, message, &code, nil, &text, nil, &controls, 0)
        defer {
            if let text { ldap_memfree(text) }
            if let controls { ldap_controls_free(controls) }
        }
        guard parsed == LDAP_SUCCESS else { throw LDAPError(parsed, action) }
        guard code == LDAP_SUCCESS else {
            throw LDAPError(code, action, diagnostic: text.map { String(cString: $0) } ?? "")
        }
        guard let controls, let control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nil) else { return [] }
        var estimate: ber_int_t = 0
        var cookie = berval()
        guard ldap_parse_pageresponse_control(handle, control, &estimate, &cookie) == LDAP_SUCCESS else { return [] }
        defer { ber_memfree(cookie.bv_val) }
        return Self.bytes(cookie)
    }

    private func entry(_ message: OpaquePointer) -> LDAPEntry {
        var entry = LDAPEntry(name: "", attributes: [:])
        if let name = ldap_get_dn(handle, message) {
            entry.name = String(cString: name)
            ldap_memfree(name)
        }
        var position: OpaquePointer?
        var attribute = ldap_first_attribute(handle, message, &position)
        while let name = attribute {
            if let values = ldap_get_values_len(handle, message, name) {
                var taken: [[UInt8]] = []
                var index = 0
                while index < LDAPLimits.rangedValues, let value = values[index] {
                    taken.append(Self.bytes(value.pointee))
                    index += 1
                }
                entry.add(String(cString: name), taken)
                ldap_value_free_len(values)
            }
            ldap_memfree(name)
            attribute = ldap_next_attribute(handle, message, position)
        }
        if let position { ber_free(position, 0) }
        return entry
    }

    private func failure(_ code: Int32, _ action: String) -> LDAPError {
        var text: UnsafeMutablePointer<CChar>?
        ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text)
        defer { if let text { ldap_memfree(text) } }
        return LDAPError(code, action, diagnostic: text.map { String(cString: $0) } ?? "")
    }

    private static func bytes(_ value: berval) -> [UInt8] {
        guard let start = value.bv_val, value.bv_len > 0 else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(value.bv_len)))
    }

    /// Milliseconds; at least one, as none would be for ever.
    private static func rest(until deadline: Int64) -> Int { Int(max(1, deadline - clock())) }

    /// Milliseconds that only grow.
    static let clock: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
