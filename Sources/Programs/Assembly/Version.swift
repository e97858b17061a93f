import CLibXML2
import COpenSSL
import CSQLite

/// What this program is.
package enum Version {
    package static let number = "0.1.0"

    package static var text: String {
        let openSSL = OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "OpenSSL"
        return "tegu \(number)\nSQLite \(String(cString: sqlite3_libversion()))\nlibxml2 \(LIBXML_DOTTED_VERSION)\n\(openSSL)\n"
    }
}
