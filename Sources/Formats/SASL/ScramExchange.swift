import Bytes
import Cryptography

/// Why an exchange of SCRAM cannot go on, before anything was proved.
package enum ScramRefusal: Error, Sendable, Equatable {
    case malformed(String)
    /// RFC 5802 §5.1, `m`: none is known.
    case unknownExtension
    /// Who is to be acted for is somebody else.
    case otherAuthorization
    /// RFC 5802 §6: the client believes that channel bindings are not offered, and they were: somebody took the offer away.
    case bindingWasOffered
    /// A type of channel binding that this connection has not.
    case unknownBinding
    /// The client's TLS connection is another than the server's.
    case otherBinding

    package var text: String {
        switch self {
        case .malformed(let expected): "that is not SCRAM: expected \(expected)"
        case .unknownExtension: "no extension of SCRAM is known here"
        case .otherAuthorization: "nobody may act as another here"
        case .bindingWasOffered: "channel binding was offered: somebody between has taken it away"
        case .unknownBinding: "no such channel binding"
        case .otherBinding: "the channel binding is not this connection's"
        }
    }
}

/// The server's side of SCRAM (RFC 5802 §5): a value that is fed the client's messages in their order and makes the server's.
///
///     client-first  →  receiveFirst   the name; whoever has the verifiers says the salt
///                   ←  challenge
///     client-final  →  receiveFinal   a proof, to be held against verifiers (`ScramProof`)
///                   ←  v=signature    (`ScramProof.answer`)
package struct ScramExchange: Sendable {
    private static let longestMessage = 4096

    private let isPlus: Bool
    private let bindings: [String: [UInt8]]
    private let offersPlus: Bool
    /// What `c=` must say: the header again, and the data of the binding.
    private var expectedBinding: [UInt8] = []
    private var firstBare: [UInt8] = []
    private var clientNonce: [UInt8] = []
    private var nonce: [UInt8] = []
    private var serverFirst: [UInt8] = []

    /// - Parameters:
    ///   - isPlus: the mechanism's name ends with `-PLUS`.
    ///   - bindings: of the connection, by IANA's names of their types.
    ///   - offersPlus: the client was told that there is a mechanism with `-PLUS`.
    package init(isPlus: Bool, bindings: [String: [UInt8]], offersPlus: Bool) {
        (self.isPlus, self.bindings, self.offersPlus) = (isPlus, bindings, offersPlus)
    }

    /// RFC 5802 §7: client-first-message = gs2-header client-first-message-bare
    ///
    /// - Returns: the name, not prepared.
    package mutating func receiveFirst(_ message: [UInt8]) throws(ScramRefusal) -> [UInt8] {
        guard message.count <= Self.longestMessage else { throw .malformed("a shorter message") }
        let parts = message.split(separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("a header, a name and a nonce") }
        expectedBinding = Array(message[..<parts[2].startIndex])
        try takeBindingFlag(parts[0])
        firstBare = Array(parts[2])

        let attributes = parts[2].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if attributes[0].starts(with: "m=".utf8) { throw .unknownExtension }
        guard attributes.count >= 2, let name = Self.value(attributes[0], "n="), let name = Self.name(name) else {
            throw .malformed("n=name")
        }
        guard let nonce = Self.value(attributes[1], "r="), !nonce.isEmpty, nonce.allSatisfy(Self.isPrintable) else {
            throw .malformed("r=nonce")
        }
        clientNonce = Array(nonce)
        // RFC 4616 §2 has the same of PLAIN: to act as somebody else is another matter than to be.
        if !parts[1].isEmpty {
            guard let authorization = Self.value(parts[1], "a="), let other = Self.name(authorization) else {
                throw .malformed("a=name")
            }
            guard other == name else { throw .otherAuthorization }
        }
        return name
    }

    /// RFC 5802 §6
    private mutating func takeBindingFlag(_ flag: ArraySlice<UInt8>) throws(ScramRefusal) {
        if let type = Self.value(flag, "p=") {
            guard isPlus else { throw .malformed("a mechanism with -PLUS for a channel binding") }
            guard let data = bindings[String(decoding: type, as: UTF8.self)] else { throw .unknownBinding }
            expectedBinding += data
        } else if isPlus {
            throw .malformed("p=type of a channel binding")
        } else if flag.elementsEqual("y".utf8) {
            if offersPlus { throw .bindingWasOffered }
        } else if !flag.elementsEqual("n".utf8) {
            throw .malformed("n, y or p=type")
        }
    }

    /// server-first-message. `nonce` is random and printable, without a comma.
    package mutating func challenge(salt: [UInt8], iterations: Int, nonce random: [UInt8]) -> [UInt8] {
        nonce = clientNonce + random
        serverFirst = []
        serverFirst.append("r=")
        serverFirst.append(contentsOf: nonce)
        serverFirst.append(",s=")
        serverFirst.append(contentsOf: Base64.encode(salt))
        serverFirst.append(",i=")
        serverFirst.append(decimal: iterations)
        return serverFirst
    }

    /// client-final-message
    package func receiveFinal(_ message: [UInt8]) throws(ScramRefusal) -> ScramProof {
        guard message.count <= Self.longestMessage else { throw .malformed("a shorter message") }
        let parts = message.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count >= 3, let last = parts.last, let encoded = Self.value(last, "p="),
            let proof = Base64.decode(encoded), proof.count == SHA256.size
        else { throw .malformed("c=binding,r=nonce,p=proof") }
        guard let binding = Self.value(parts[0], "c=").flatMap({ Base64.decode($0) }) else { throw .malformed("c=binding") }
        guard ConstantTime.areEqual(binding, expectedBinding) else { throw .otherBinding }
        // RFC 5802 §5.1: it must be the one that this server made, else it may be another exchange's.
        guard !nonce.isEmpty, let sent = Self.value(parts[1], "r="), sent.elementsEqual(nonce) else {
            throw .malformed("the nonce of this exchange")
        }
        let comma: [UInt8] = [0x2C]
        return ScramProof(
            proof: proof, authMessage: firstBare + comma + serverFirst + comma + message[..<(last.startIndex - 1)])
    }

    // MARK: Syntax

    private static func value(_ attribute: ArraySlice<UInt8>, _ name: String) -> ArraySlice<UInt8>? {
        attribute.starts(with: name.utf8) ? attribute.dropFirst(name.utf8.count) : nil
    }

    /// RFC 5802 §7: printable = %x21-2B / %x2D-7E
    private static func isPrintable(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte && byte != 0x2C }

    /// RFC 5802 §5.1: `=2C` is a comma and `=3D` an equals sign; any other `=` is a fault.
    private static func name(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                if byte == 0 { return nil }
                out.append(byte)
                continue
            }
            if rest.starts(with: "2C".utf8) {
                out.append(0x2C)
            } else if rest.starts(with: "3D".utf8) {
                out.append(0x3D)
            } else {
                return nil
            }
            rest = rest.dropFirst(2)
        }
        return out.isEmpty ? nil : out
    }
}

/// What a client sent to prove that it knows a password.
package struct ScramProof: Sendable {
    /// ClientProof
    package let proof: [UInt8]
    private let authMessage: [UInt8]

    init(proof: [UInt8], authMessage: [UInt8]) { (self.proof, self.authMessage) = (proof, authMessage) }

    /// RFC 5802 §3: server-final-message, by which the server proves that it has the verifier; nil where the password is another one.
    package func answer(_ verifier: ScramVerifier) -> [UInt8]? {
        // ClientKey := ClientProof XOR HMAC(StoredKey, AuthMessage), of which StoredKey is the hash.
        let signature = HMACSHA256(key: verifier.storedKey).code(authMessage)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard ConstantTime.areEqual(SHA256.hash(clientKey), verifier.storedKey) else { return nil }
        return [UInt8]("v=".utf8) + Base64.encode(HMACSHA256(key: verifier.serverKey).code(authMessage))
    }
}
