import Bytes
import CivilTime
import Cryptography

/// What is wrong with a certificate that was refused, and what to do, in words for an administrator. It judges nothing: the TLS library has.
enum CertificateFault {
    /// - Parameters:
    ///   - certificate: in DER; empty: none was shown.
    ///   - now: milliseconds since 1970.
    static func text(_ certificate: [UInt8], of server: LDAPServerURL, caFile: String, now: Int64) -> String {
        guard let info = try? CertificateInfo(der: certificate) else { return "it shows no certificate that can be read" }
        if info.notAfter < now { return "its certificate has expired: it was valid until \(day(info.notAfter))" }
        if info.notBefore > now {
            return "its certificate is valid from \(day(info.notBefore)) on only: is one of the clocks wrong?"
        }
        if !info.isFor(host(of: server)) {
            let names = info.hostNames + info.ipAddresses
            let whose = names.isEmpty ? info.subject : names.joined(separator: ", ")
            return "its certificate is not for \(host(of: server)), but for \(whose): name the server so in `servers`"
        }
        let signer = info.issuer == info.subject ? "by itself" : "by \(info.issuer)"
        return "its certificate is signed \(signer), which \(caFile) does not have, or not with all that are between: put the authority's "
            + "certificate there, or name a file with it by `ca-file`"
    }

    private static func host(of server: LDAPServerURL) -> String {
        String(server.host.drop { $0 == "[" }.prefix { $0 != "]" })
    }

    private static func day(_ time: Int64) -> String {
        guard let date = CivilDate(dayNumber: Int(clamping: time / 86_400_000)) else { return "?" }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }
}
