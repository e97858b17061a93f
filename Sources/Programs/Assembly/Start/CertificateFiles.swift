package import Cryptography
import Glibc
import Wire

/// The certificate and the key that the server uses: those that the settings name, or a self-signed pair in the data
/// directory, made if it is missing.
package struct CertificateFiles: Sendable, Equatable {
    /// Paths of PEM files.
    package let certificate: String
    package let key: String
    /// The certificate, if it was made by this call.
    package let made: CertificateInfo?

    /// Apple's systems take no longer one, whoever signed it.
    private static let validDays = 825

    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - random: So many unpredictable bytes.
    package static func ensure(
        _ settings: Settings, now: Int64, random: (Int) -> [UInt8]
    ) throws(CertificateFilesError) -> CertificateFiles {
        if !settings.tls.certificate.isEmpty {
            for path in [settings.tls.certificate, settings.tls.key] where access(path, R_OK) != 0 {
                throw CertificateFilesError(
                    "\(FileError("read", path)); "
                        + "mend tls.certificate and tls.key, or let the user that runs tegu read the files"
                )
            }
            return CertificateFiles(certificate: settings.tls.certificate, key: settings.tls.key, made: nil)
        }
        let directory = DataDirectory(settings.dataDirectory)
        let (certificate, key) = (directory.certificate, directory.key)
        switch (access(certificate, F_OK) == 0, access(key, F_OK) == 0) {
        case (true, true):
            return CertificateFiles(certificate: certificate, key: key, made: nil)
        case (true, false):
            throw CertificateFilesError(
                "\(certificate) is there without its key \(key); put the key beside it, or remove it to have both made")
        case (false, true):
            throw CertificateFilesError(
                "\(key) is there without its certificate \(certificate); "
                    + "put it there, or remove the key to have both made"
            )
        case (false, false):
            break
        }
        do {
            let (names, addresses) = subjects(settings)
            let pair = try SelfSignedCertificate.make(
                hostNames: names, ipAddresses: addresses, validDays: validDays, serial: random(16), now: now)
            let info = try CertificateInfo(pem: pair.certificatePEM)
            // The key first: who sees the certificate finds the key.
            try SmallFile.create(key, pair.keyPEM, mode: 0o600)
            try SmallFile.create(certificate, pair.certificatePEM, mode: 0o600)
            return CertificateFiles(certificate: certificate, key: key, made: info)
        } catch {
            throw CertificateFilesError("a self-signed certificate cannot be made: \(error)")
        }
    }

    /// Every name and address by which this server can be reached, as far as the settings tell.
    private static func subjects(_ settings: Settings) -> (names: [String], addresses: [String]) {
        var names: [String] = []
        for name in [settings.hostName, settings.domain, "localhost"] where !name.isEmpty && !names.contains(name) {
            names.append(name)
        }
        var addresses = ["127.0.0.1", "::1"]
        for address in settings.http.tlsListen.compactMap({ $0.host.flatMap { IPAddress($0) } }) {
            let text = address.description
            if text != "0.0.0.0" && text != "::" && !addresses.contains(text) { addresses.append(text) }
        }
        return (names, addresses)
    }

    /// What the administrator should know of a certificate that was made; nil where none was.
    package var announcement: String? {
        guard let made else { return nil }
        let names = (made.hostNames + made.ipAddresses).joined(separator: ", ")
        return "made a self-signed certificate, \(certificate), for \(names); valid until \(Self.day(made.notAfter)); "
            + "SHA-256 fingerprint \(made.fingerprintText)"
    }

    /// How long before its end a certificate is spoken of.
    private static let lastDays = 14

    /// What the administrator should know of the certificate that clients get, which they refuse when its time is over.
    package static func warning(_ settings: Settings, now: Int64) -> String? {
        let isOwn = settings.tls.certificate.isEmpty
        let file = isOwn ? DataDirectory(settings.dataDirectory).certificate : settings.tls.certificate
        guard let pem = try? SmallFile.read(file, limit: 1 << 20), let info = try? CertificateInfo(pem: pem) else { return nil }
        if now < info.notBefore { return "the certificate \(file) is valid from \(day(info.notBefore)) only: clients refuse it" }
        guard info.notAfter - now < Int64(lastDays) * 86_400_000 else { return nil }
        let remedy = isOwn ? "remove it and its key, and the next start makes both anew" : "put a new one there"
        return now > info.notAfter
            ? "the certificate \(file) was valid until \(day(info.notAfter)), and clients refuse it: \(remedy)"
            : "the certificate \(file) is valid until \(day(info.notAfter)): \(remedy)"
    }

    private static func day(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}

/// A certificate that cannot be had, and what to do about it.
package struct CertificateFilesError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}
