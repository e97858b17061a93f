internal import Bytes

/// RFC 2971 §3.1: a field of ID and its value, nil for `NIL`.
package struct IDField: Hashable, Sendable {
    package var name: [UInt8]
    package var value: [UInt8]?

    package init(name: [UInt8], value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// Signing in and the connection itself: RFC 9051 §6.1 and §6.2, ID (RFC 2971), ENABLE (RFC 5161), COMPRESS (RFC 4978).
extension CommandCursor {
    mutating func id() throws(ParseError) -> Command {
        try space()
        if takeWord("NIL") { return .id([]) }
        var fields: [IDField] = []
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            // RFC 2971 §3.3: not more than 30 pairs, names of not more than 30 octets, values of not more than 1024.
            guard fields.count < 30 else { throw cursor.failure("at most 30 fields") }
            let name = try cursor.string()
            try cursor.space()
            let value = try cursor.nstring()
            guard name.count <= 30, value?.count ?? 0 <= 1024 else { throw cursor.failure("a shorter field") }
            fields.append(IDField(name: name, value: value))
        }
        return .id(fields)
    }

    mutating func compress() throws(ParseError) -> Command {
        try space()
        return .compress(algorithm: try upperCasedAtom("the name of a compression"))
    }

    mutating func authenticate() throws(ParseError) -> Command {
        try space()
        let mechanism = try upperCasedAtom("the name of a mechanism")
        guard take(0x20) else { return .authenticate(mechanism: mechanism, initialResponse: nil) }
        Quirks.skipDoubledSpace(&self)
        if isAtEnd { return .authenticate(mechanism: mechanism, initialResponse: nil) }
        // RFC 4959 §3: base64, or = for an empty one.
        let range = run { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2B || $0 == 0x2F || $0 == 0x3D }
        if bytes[range].elementsEqual([0x3D]) { return .authenticate(mechanism: mechanism, initialResponse: []) }
        guard !range.isEmpty, let response = Base64.decode(bytes[range]) else {
            throw ParseError(at: range.lowerBound, expected: "an initial response in base64")
        }
        return .authenticate(mechanism: mechanism, initialResponse: response)
    }

    mutating func login() throws(ParseError) -> Command {
        let user = try stringArgument("a user name")
        return .login(user: user, password: try stringArgument("a password"))
    }

    mutating func enable() throws(ParseError) -> Command {
        var capabilities: [[UInt8]] = []
        repeat {
            try space()
            capabilities.append(try upperCasedAtom("a capability"))
            guard capabilities.count <= 100 else { throw failure("fewer capabilities") }
        } while hasArgument
        return .enable(capabilities)
    }

    mutating func upperCasedAtom(_ name: StaticString) throws(ParseError) -> [UInt8] {
        try atom(name).map(\.asciiUppercased)
    }
}
