internal import CICU

extension HostName {
    /// With its domain as the DNS has it (RFC 5890 §2.3.2.1: A-labels); unchanged where it cannot be written so.
    package var ascii: HostName {
        guard case .domain(let name) = self, name.utf8.contains(where: { $0 >= 0x80 }) else { return self }
        return Self.encoded(name).map { .domain($0) } ?? self
    }

    /// The library's tables, which nobody changes.
    private nonisolated(unsafe) static let tables = icu_idna_open()

    private static func encoded(_ name: String) -> String? {
        guard let tables else { return nil }
        var name = name
        return name.withUTF8 { bytes in
            // RFC 1035 §2.3.4: what is longer is no domain.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { result -> String? in
                let count = bytes.withMemoryRebound(to: CChar.self) {
                    icu_idna_to_ascii(tables, $0.baseAddress, Int32(clamping: $0.count), result.baseAddress, Int32(result.count))
                }
                guard count > 0, Int(count) <= result.count else { return nil }
                return String(decoding: UnsafeRawBufferPointer(result).prefix(Int(count)), as: UTF8.self)
            }
        }
    }
}
