import DAVGrammar
import Database
import Directory

/// `tegu user app-password`.
package struct AppPasswordOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// - Parameters:
    ///   - scopes: empty: all there are.
    ///   - until: the last day on which it signs in, in UTC.
    package func add(_ text: String, name: String, scopes: [String], until: String?) throws -> String {
        let user = try installation.user(text)
        let services = try scopes.map { scope in
            guard let service = SignInService(rawValue: scope) else {
                let all = SignInService.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError(.usage, "--scope: “\(scope)” is none of \(all)")
            }
            return service
        }
        let (expires, now) = (try until.map(ShareOperations.end), System.clock())
        if let until, let expires, expires <= now { throw CommandError(.usage, "--until: \(until) is over") }
        let secret = AppSecret()
        let scram = try user.signInName.flatMap { name in
            try Accounts.scramSalts(installation.settings, installation.database)?.verifiers(secret, of: name)
        }
        _ = try installation.database.write { tx in
            try LocalDirectory().addAppPassword(
                tx, to: user, name: name, scopes: Set(services.isEmpty ? SignInService.allCases : services), expires: expires,
                secret: secret, scram: scram ?? [], now: now)
        }
        return "app password “\(name)” of \(user.name)@\(user.domain): \(secret.text)"
    }

    package func list(_ text: String, asJSON: Bool) throws -> String {
        let user = try installation.user(text)
        var table = CommandTable("name", "scopes", "created", "lastUsed", "until", "ended")
        for password in try installation.database.read({ tx in try AppPasswords.all(tx, of: user.id) }) {
            table.append(
                .text(password.name), .texts(SignInService.allCases.filter(password.scopes.contains).map(\.rawValue)),
                .text(Self.minute(password.created)), .text(password.lastUsed.map(Self.minute) ?? "never"),
                .text(password.expires.map(ShareOperations.day) ?? ""), .flag(!password.isValid(at: System.clock())))
        }
        return table.text(asJSON: asJSON)
    }

    package func revoke(_ text: String, name: String) throws -> String {
        let user = try installation.user(text)
        let wasThere = try installation.database.write { tx in
            try LocalDirectory().revokeAppPassword(tx, of: user.id, name: name)
        }
        guard wasThere else {
            throw CommandError(
                .impossible, "\(user.name)@\(user.domain) has no app password “\(name)”; `tegu user app-password list` shows all")
        }
        return "revoked app password “\(name)” of \(user.name)@\(user.domain)"
    }

    /// `2026-06-01T12:34Z`.
    private static func minute(_ time: Int64) -> String { String(InternetDate.format(seconds: time / 1000).prefix(16)) + "Z" }
}
