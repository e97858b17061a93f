import Bytes
import Cryptography
import SASL

/// A principal with what is needed to check its password. It never leaves the module.
final class Account: Sendable {
    let principal: Principal
    /// Nil: it cannot sign in.
    let password: PasswordHash?
    /// As it is stored; empty where there is none.
    let storedPassword: String
    /// The same password's for SCRAM; nil: it is not known.
    let scram: ScramVerifier?
    /// The entry that it is of a directory elsewhere, where its password is checked; nil: it is of this database.
    let link: DirectoryLink?
    /// Those of programs and devices, whoever checks its own.
    let appPasswords: [AppPassword]
    /// What is authenticated with a password to remember that it was right: another account's or another hash's is
    /// other bytes.
    let seal: [UInt8]

    init(
        _ principal: Principal, storedPassword: String?, scram: String? = nil, link: DirectoryLink? = nil,
        appPasswords: [AppPassword] = []
    ) {
        self.principal = principal
        self.link = link
        self.appPasswords = appPasswords
        self.storedPassword = storedPassword ?? ""
        self.scram = scram.flatMap { ScramVerifier($0) }
        // A text that is no hash is one that no password has.
        password = storedPassword.flatMap { try? PasswordHash($0) }
        // A password that was right while the principal was disabled must not be known as wrong afterwards.
        // Where it is checked elsewhere there is no hash to name: another entry's password is another all the same.
        let secret = link.map { "\($0.directory) \($0.entryID)" } ?? storedPassword ?? ""
        seal = Self.seal("\(principal.id.rawValue)\(principal.isDisabled ? "-" : "+")", secret)
    }

    /// Both parts cannot hold a zero byte.
    static func seal(_ name: String, _ storedPassword: String) -> [UInt8] {
        var seal: [UInt8] = []
        seal.append(name)
        seal.append(0)
        seal.append(storedPassword)
        seal.append(0)
        return seal
    }
}
