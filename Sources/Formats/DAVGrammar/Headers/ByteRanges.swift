import Bytes

/// RFC 9110 §14.1.2.
package struct ByteRanges: Sendable, Equatable {
    private enum Spec: Sendable, Equatable {
        case from(Int, to: Int?)
        case last(Int)
    }

    private var specs: [Spec] = []
    package var count: Int { specs.count }

    /// Nil where it is not understood, and then it is as if it were not there.
    package init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        guard bytes.prefix(6).equalsIgnoringASCIICase("bytes=") else { return nil }
        for part in bytes[6...].split(separator: 0x2C) {
            let spec = part.trimmingASCIIWhitespace
            guard let dash = spec.firstIndex(of: 0x2D), specs.count < 16 else { return nil }
            let (first, last) = (spec[..<dash], spec[(dash + 1)...])
            if first.isEmpty {
                guard let count = last.decimalValue else { return nil }
                specs.append(.last(count))
            } else {
                guard let from = first.decimalValue else { return nil }
                let to = last.isEmpty ? nil : last.decimalValue
                if !last.isEmpty && (to == nil || to.map { $0 < from } == true) { return nil }
                specs.append(.from(from, to: to))
            }
        }
        if specs.isEmpty { return nil }
    }

    /// The ranges of a body of `size` bytes; those outside of it are left out.
    package func resolve(size: Int) -> [Range<Int>] {
        specs.compactMap { spec in
            switch spec {
            case .from(let from, let to):
                guard from < size else { return nil }
                return from..<min(size, (to.map { $0 == Int.max ? $0 : $0 + 1 }) ?? size)
            case .last(let count):
                guard count > 0, size > 0 else { return nil }
                return max(0, size - count)..<size
            }
        }
    }
}
