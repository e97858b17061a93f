package import Bytes

/// RFC 9636: the file in which the time zone database of a system keeps one zone, versions 1 to 4.
package struct TZif: Sendable {
    /// In ascending order of their instants.
    let transitions: [(instant: Instant, after: Observance)]
    /// RFC 9636 §3.2: before the first transition the first of the local time types is observed.
    let initial: Observance
    /// Nil in a file of version 1, and where the footer is empty: what comes after the last transition is not known.
    let footer: PosixTimeZone?

    /// Throws where the file is not whole, tells more than it has, or counts leap seconds.
    package init(_ bytes: [UInt8]) throws(ParseError) {
        var reader = Reader(bytes: bytes)
        var header = try Header(&reader)
        var timeSize = 4
        if header.version > 1 {
            // RFC 9636 §3.1: the first block is for readers of version 1 only.
            try reader.skip(header.blockSize(timeSize: 4))
            header = try Header(&reader)
            timeSize = 8
        }
        // What counts leap seconds is another time line.
        if header.leapCount > 0 { throw ParseError(at: reader.offset, expected: "no leap seconds") }
        guard header.blockSize(timeSize: timeSize) <= bytes.count - reader.offset else {
            throw ParseError(at: bytes.count, expected: "\(header.transitionCount) transitions")
        }
        let instants = try reader.instants(header.transitionCount, size: timeSize)
        let typeIndices = try reader.take(header.transitionCount)
        let types = try reader.observances(header)
        try reader.skip(header.standardCount + header.utcCount)

        var transitions: [(instant: Instant, after: Observance)] = []
        transitions.reserveCapacity(instants.count)
        for (instant, index) in zip(instants, typeIndices) {
            guard Int(index) < types.count else {
                throw ParseError(at: typeIndices.startIndex, expected: "an index below \(types.count)")
            }
            transitions.append((instant, types[Int(index)]))
        }
        self.transitions = transitions
        initial = types[0]
        footer = timeSize == 8 ? try reader.footer() : nil
    }

    package var rules: ZoneRules {
        // RFC 9636 §3.3: the footer agrees with the last transition. A footer without changes has nothing to add,
        // unless there is no transition at all.
        let initial = transitions.isEmpty ? footer?.standard ?? initial : initial
        return ZoneRules(initial: initial, changes: transitions, annualChanges: footer?.changes ?? [])
    }
}

/// RFC 9636 §3.1
private struct Header {
    let version: Int
    let utcCount: Int
    let standardCount: Int
    let leapCount: Int
    let transitionCount: Int
    let typeCount: Int
    let characterCount: Int

    init(_ reader: inout Reader) throws(ParseError) {
        let start = reader.offset
        guard try reader.take(4).elementsEqual("TZif".utf8) else { throw ParseError(at: start, expected: "TZif") }
        let version = try reader.take(16).first ?? 0
        // A version that is yet to come can be read by the rules of the ones before.
        self.version = version >= 0x32 ? Int(version) - 0x30 : 1
        utcCount = try reader.count()
        standardCount = try reader.count()
        leapCount = try reader.count()
        transitionCount = try reader.count()
        typeCount = try reader.count()
        characterCount = try reader.count()
    }

    /// RFC 9636 §3.2
    func blockSize(timeSize: Int) -> Int {
        transitionCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
            + utcCount
    }
}

private struct Reader {
    let bytes: [UInt8]
    var offset = 0

    mutating func take(_ count: Int) throws(ParseError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - offset else {
            throw ParseError(at: bytes.count, expected: "\(count) bytes from \(offset) on")
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func skip(_ count: Int) throws(ParseError) { _ = try take(count) }

    /// Below 2³², so that sums of such sizes do not overflow.
    mutating func count() throws(ParseError) -> Int {
        try take(4).reduce(0) { $0 << 8 | Int($1) }
    }

    /// Big-endian two's complement.
    mutating func integer(size: Int) throws(ParseError) -> Int64 {
        let slice = try take(size)
        let isNegative = (slice.first ?? 0) & 0x80 != 0
        return slice.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    mutating func instants(_ count: Int, size: Int) throws(ParseError) -> [Instant] {
        var instants: [Instant] = []
        instants.reserveCapacity(count)
        for _ in 0..<count {
            let start = offset
            // RFC 9636 §3.2: not before -2⁵⁹. It stands for the beginning of time.
            let instant = Instant(seconds: try integer(size: size))
            guard Self.times.contains(instant.seconds), instants.last.map({ $0 < instant }) ?? true else {
                throw ParseError(at: start, expected: "a time after the one before")
            }
            instants.append(instant)
        }
        return instants
    }

    private static let times = -(Int64(1) << 59)...(Int64(1) << 59)

    mutating func observances(_ header: Header) throws(ParseError) -> [Observance] {
        var types: [(offset: Int, isDaylight: Bool, name: Int)] = []
        guard 1...256 ~= header.typeCount else { throw ParseError(at: offset, expected: "1 to 256 local time types") }
        for _ in 0..<header.typeCount {
            let start = offset
            let utcOffset = Int(try integer(size: 4))
            let flags = try take(2)
            guard Observance.offsets.contains(utcOffset), let isDaylight = flags.first, let name = flags.last else {
                throw ParseError(at: start, expected: "an offset of about a day at most")
            }
            types.append((utcOffset, isDaylight != 0, Int(name)))
        }
        let names = try take(header.characterCount)
        return types.map { type in
            let name = names.dropFirst(type.name).prefix { $0 != 0 && $0 & 0x80 == 0 }
            return Observance(offset: type.offset, isDaylight: type.isDaylight, abbreviation: String(utf8: name))
        }
    }

    /// RFC 9636 §3.3: a line end, the text, a line end.
    mutating func footer() throws(ParseError) -> PosixTimeZone? {
        let start = offset
        guard try take(1).first == 0x0A, let end = bytes[offset...].firstIndex(of: 0x0A) else {
            throw ParseError(at: start, expected: "a footer between line ends")
        }
        let text = bytes[offset..<end]
        if text.isEmpty { return nil }
        guard let footer = PosixTimeZone(text) else { throw ParseError(at: start + 1, expected: "a POSIX time zone") }
        return footer
    }
}
