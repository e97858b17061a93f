import Bytes
import Cryptography
import Database
import Directory
import Glibc
import Logging
import Wire

/// What a start makes where it is missing: an administrator and a certificate.
enum FirstStart {
    /// Makes `admin@<domain>` in a directory without anybody, and prints its one-time password: the only time that a password is
    /// written anywhere.
    static func makeAdministrator(_ installation: Installation, logger: Logger) throws {
        guard try installation.database.read({ tx in try LocalDirectory.isEmpty(tx) }) else {
            if let warning = try printedPasswordWarning(installation.database) { logger.warning("\(warning)") }
            return
        }
        guard let name = SignInName(name: "admin", domain: installation.settings.domain) else {
            throw SettingsError(["domain: “\(installation.settings.domain)” cannot be the domain of users"])
        }
        let password = OneTimePassword.make()
        let hash = try Accounts.passwords(installation.settings).hash([UInt8](password.utf8))
        let scram = try Accounts.scramSalts(installation.settings, installation.database)?.verifier([UInt8](password.utf8), of: name)
        let user = NewPrincipal(
            name, displayName: "Administrator", addresses: [name.description], isAdministrator: true, password: hash, scram: scram,
            mustChangePassword: true)
        let isMade = try installation.database.write { tx in
            // Another node may have been faster.
            guard try LocalDirectory.isEmpty(tx.read) else { return false }
            try Accounts.add(tx, user, now: System.clock())
            return true
        }
        guard isMade else { return }
        ConsoleOutput.write("administrator: \(name)  one-time password: \(password)\n")
        ConsoleOutput.write("It is valid until another is set: tegu user password \(name)\n")
        logger.notice("made the administrator", metadata: ["name": "\(name)"])
    }

    /// A printed password stays in terminals and journals. Nobody can be made to change it over the protocols that there are, and
    /// who is locked out of a fresh server learns nothing: so it is told at each start, and by `tegu check`.
    static func printedPasswordWarning(_ database: any Database) throws -> String? {
        let names = try database.read { tx in try LocalDirectory.administratorsWithPrintedPassword(tx) }
        if names.isEmpty { return nil }
        return "administrators whose password is still the one that was printed: " + names.joined(separator: ", ")
            + " (tegu user password sets another)"
    }

    static func certificates(
        _ installation: Installation, protocols: [String], isNeeded: Bool, bindsChannels: Bool = false, logger: Logger
    ) throws -> TLSCertificates? {
        if !isNeeded { return nil }
        let files = try CertificateFiles.ensure(installation.settings, now: System.clock(), random: System.random)
        if let made = files.made {
            ConsoleOutput.write("made a self-signed certificate: \(files.certificate)\n")
            logger.notice("made a self-signed certificate", metadata: ["file": "\(files.certificate)", "subject": "\(made.subject)"])
        }
        return try TLSCertificates(
            chainFile: files.certificate, keyFile: files.key, applicationProtocols: protocols, bindsChannels: bindsChannels)
    }
}
