import Bytes

/// RFC 5545 §3.4, RFC 6350 §6.1.1: BEGIN and END, which have no group and no parameters. The parser and the stream must
/// see them in the same lines: the stream asks here, the parser `ContentLineExtent.delimiter`, which must say the same.
enum Delimiter {
    case begin
    case end

    /// The colon is one of so many bytes.
    static let headCount = 16

    /// - Parameter line: without folds, from its first byte; a part of it will do.
    init?(_ line: some Collection<UInt8>) {
        let name = line.prefix(Self.headCount).prefix { $0 != 0x3A }
        guard name.count < line.count, name.count < Self.headCount else { return nil }
        if Self.matches(name, "BEGIN") {
            self = .begin
        } else if Self.matches(name, "END") {
            self = .end
        } else {
            return nil
        }
    }

    private static func matches(_ name: some Collection<UInt8>, _ keyword: StaticString) -> Bool {
        let count = keyword.utf8CodeUnitCount
        return name.count >= count && name.prefix(count).equalsIgnoringASCIICase(keyword)
            && name.dropFirst(count).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
}
