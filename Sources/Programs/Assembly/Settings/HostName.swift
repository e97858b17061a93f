import Bytes
import DNSClient
import Glibc

/// The names of this machine, for settings that were not given.
enum HostName {
    /// In lower case without a last dot; nil where the text is no name of a host or domain.
    @Sendable
    static func normalized(_ text: String) -> String? {
        guard let name = try? DomainName(text), !name.labels.isEmpty else { return nil }
        for label in name.labels {
            guard label.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D }),
                label.first != 0x2D, label.last != 0x2D
            else { return nil }
        }
        return String(utf8: name.labels.joined(separator: [0x2E]).map(\.asciiLowercased))
    }

    /// The full name of this machine: what the kernel has, completed by /etc/hosts where that has only the first label.
    /// No question to the DNS: a start must not wait for a name server.
    static func ofThisMachine() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let hosts = (try? SmallFile.read("/etc/hosts", limit: 1 << 20)) ?? []
        return full(String(utf8: bytes), hosts: hosts)
    }

    static func full(_ name: String, hosts: [UInt8]) -> String {
        guard let name = normalized(name) else { return "localhost" }
        if name.contains(".") { return name }
        for line in hosts.split(separator: 0x0A) {
            let fields = line.prefix { $0 != 0x23 }.split { $0.isASCIIWhitespace }.map { String(utf8: $0).lowercased() }
            guard fields.count > 1, fields[1...].contains(name) else { continue }
            if let full = fields[1...].first(where: { $0.hasPrefix(name + ".") }).flatMap(normalized) { return full }
        }
        return name
    }

    /// The domain that the machine of this name is in; `localhost` where it has none that a user's name could hold.
    static func domain(of hostName: String) -> String {
        let labels = hostName.split(separator: ".")
        if labels.count < 2 || labels.last == "localdomain" || labels.last == "local" { return "localhost" }
        return (labels.count == 2 ? labels[...] : labels[1...]).joined(separator: ".")
    }
}
