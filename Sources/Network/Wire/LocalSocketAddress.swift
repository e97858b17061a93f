internal import Bytes

/// A socket in the file system, for programs of this machine: `unix:/run/tegu/lmtp`, or with its mode `unix:/run/tegu/lmtp:666`.
package struct LocalSocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Of sun_path (unix(7)), with its zero byte.
    private static let pathSize = 108
    private static let scheme = "unix:"

    package var path: String
    /// Who may connect: those who may write to it.
    package var mode: UInt32

    package init(path: String, mode: UInt32 = 0o660) {
        self.path = path
        self.mode = mode
    }

    /// Nil where the path does not begin at the root, is too long for a socket, or the mode is no number of three octal digits.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.scheme) else { return nil }
        let parts = text.dropFirst(Self.scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        self.init(path: String(first))
        guard path.hasPrefix("/"), !path.hasSuffix("/"), path.utf8.count < Self.pathSize,
            !path.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else { return nil }
        if let last = parts.dropFirst().first {
            guard last.utf8.count == 3, let mode = UInt32(last, radix: 8) else { return nil }
            self.mode = mode
        }
    }

    package var description: String { "\(Self.scheme)\(path):\(String(mode, radix: 8))" }
}

/// Where a server of this machine's mail transfer agent listens: the network, or a socket in the file system.
package enum MachineAddress: Hashable, Sendable, CustomStringConvertible {
    case network(ListenAddress)
    case socket(LocalSocketAddress)

    package init?(_ text: String) {
        if let address = LocalSocketAddress(text) {
            self = .socket(address)
        } else if let address = ListenAddress(text) {
            self = .network(address)
        } else {
            return nil
        }
    }

    /// Nil for a socket in the file system.
    package var port: Int? {
        if case .network(let address) = self { address.port } else { nil }
    }

    package var description: String {
        switch self {
        case .network(let address): address.description
        case .socket(let address): address.description
        }
    }
}
