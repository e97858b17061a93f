import Bytes

/// The messages of one Maildir folder, in the order in which they came.
struct MaildirFiles {
    struct File {
        var path: String
        var name: String
    }

    private(set) var files: [File] = []
    let keywords: [Character: String]

    init(_ path: String) throws {
        keywords = MaildirFlags.keywords(ImportReader.small("\(path)/dovecot-keywords"))
        let uids = Self.uids(ImportReader.small("\(path)/dovecot-uidlist"))
        var found: [(order: (Int64, Int64, String), file: File)] = []
        for part in ["cur", "new"] {
            for name in try ImportReader.names(in: "\(path)/\(part)") where !name.hasPrefix(".") {
                let file = File(path: "\(path)/\(part)/\(name)", name: name)
                guard FileKind(file.path) == .file else { continue }
                let base = String(name.prefix { $0 != ":" && $0 != ";" })
                found.append(((uids[base] ?? Int64.max, MaildirName.second(base), base), file))
            }
        }
        files = found.sorted { $0.order < $1.order }.map(\.file)
    }

    /// Dovecot's file "dovecot-uidlist": "uid [extension ...] :name" after a header line.
    private static func uids(_ file: [UInt8]) -> [String: Int64] {
        var uids: [String: Int64] = [:]
        for line in file.split(separator: 0x0A).dropFirst() {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            guard let uid = Int64(String(utf8: line.prefix { $0 != 0x20 })) else { continue }
            let name = String(utf8: line[(colon + 1)...])
            uids[String(name.prefix { $0 != ":" && $0 != ";" })] = uid
        }
        return uids
    }
}
