import Bytes
import Database
import Glibc

/// A directory with `cur`, `new` and `tmp`, and `retained` beside them for what was expunged, which other programs do not look at.
struct MaildirFolder: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    static let retained = "retained"
    /// In the order in which they are made: where the last one is, all are, also for who delivers while another makes them.
    private static let parts = ["tmp", "cur", "new"]

    // MARK: Directories

    /// Makes what is missing, with what is above it.
    func make() throws {
        for directory in [path] + Self.parts.map({ "\(path)/\($0)" }) { try Self.makeDirectory(directory) }
    }

    var isThere: Bool { access("\(path)/cur", F_OK) == 0 && access("\(path)/new", F_OK) == 0 }

    /// Of a mailbox that has had messages. Nothing is damaged by it: it may come back.
    func missing(_ directory: String? = nil) -> Failure {
        Failure(.unavailable, "the directory \(directory ?? path) of a mailbox is missing: put it back")
    }

    /// Whether it is there, and is no link to elsewhere, whose owner would have others' files read and removed. Throws where it is one.
    func isThereItself() throws -> Bool {
        for directory in [path, "\(path)/cur", "\(path)/new"] where try !Self.isItself(directory) { return false }
        for directory in ["\(path)/tmp", "\(path)/\(Self.retained)"] { _ = try Self.isItself(directory) }
        return true
    }

    /// Whether a directory is there. Throws where it is a link, or something else.
    static func isItself(_ directory: String) throws -> Bool {
        var status = stat()
        guard lstat(directory, &status) == 0 else {
            if errno == ENOENT { return false }
            throw Failure(systemCall: "lstat", path: directory, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(.unavailable, "\(directory) is a link or a file: a mailbox has directories of its own")
        }
        return true
    }

    /// Of a directory that is no mailbox: takes away what is empty. Whether anything is in it.
    func removeEmptyParts() -> Bool {
        Self.parts.filter { rmdir("\(path)/\($0)") != 0 && errno == ENOTEMPTY }.contains { $0 != "tmp" }
    }

    static func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return try synchronize(directory: parent(of: path)) }
        if errno == EEXIST { return }
        guard errno == ENOENT else { throw Failure(systemCall: "mkdir", path: path, code: errno) }
        try makeDirectory(parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure(systemCall: "mkdir", path: path, code: errno) }
        try synchronize(directory: parent(of: path))
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    static func synchronize(directory path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(systemCall: "open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(systemCall: "fsync", path: path, code: errno) }
    }

    func synchronize(_ part: String) throws { try Self.synchronize(directory: "\(path)/\(part)") }

    // MARK: Looking

    /// When names were last changed, in nanoseconds. Of `tmp` too: what another process has left there when it ended.
    struct Times: Sendable, Equatable {
        var new: Int64 = 0
        var cur: Int64 = 0
        var tmp: Int64 = 0
        var latest: Int64 { max(new, cur, tmp) }
    }

    /// Throws a `Failure` where the directories are not there: a disk that is not mounted must not look like a mailbox without mail.
    func times() throws -> Times {
        Times(new: try changed("new"), cur: try changed("cur"), tmp: try changed("tmp"))
    }

    private func changed(_ part: String) throws -> Int64 {
        let path = "\(path)/\(part)"
        var status = stat()
        // Backups leave `tmp` out.
        if part == "tmp", lstat(path, &status) != 0, errno == ENOENT, isThere { try Self.makeDirectory(path) }
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { throw missing(path) }
            throw Failure(systemCall: "lstat", path: path, code: errno)
        }
        return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// The files of `new` and `cur` by the unique part of their names, and the names that cannot be kept.
    struct Listing {
        var files: [String: MaildirName] = [:]
        var unusable: [(place: MaildirName.Place, name: [UInt8])] = []
    }

    /// Where a file is in both while it is renamed, it is in `cur`.
    func list() throws -> Listing {
        var listing = Listing()
        for place in [MaildirName.Place.new, .cur] {
            let names = try DirectoryNames.of("\(path)/\(place.directory)", onlyFiles: true)
            for name in names where name.first != UInt8(ascii: ".") {
                guard MaildirName.isUsable(name) else { listing.unusable.append((place, name)); continue }
                let file = MaildirName(String(decoding: name, as: UTF8.self), in: place)
                // A name that is nothing but what others say of it.
                guard !file.base.isEmpty else { listing.unusable.append((place, name)); continue }
                listing.files[file.base] = file
            }
        }
        return listing
    }

    // MARK: Changing

    /// A file that is being written to `tmp`.
    struct Output: ~Copyable {
        let path: String
        private let descriptor: Int32

        init(_ path: String) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Failure(systemCall: "open", path: path, code: errno) }
            self.path = path
            self.descriptor = descriptor
        }

        deinit { close(descriptor) }

        /// Octets so far.
        var count: Int { Int(lseek(descriptor, 0, SEEK_CUR)) }

        func write(_ bytes: UnsafeBufferPointer<UInt8>) throws { try Self.write(bytes, to: descriptor, path) }

        /// All of them to an open file. `path`: for the failure.
        static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32, _ path: String) throws {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw Failure(systemCall: "write", path: path, code: errno) }
                rest = rest.dropFirst(count)
            }
        }

        /// Durably, and with this time where it is not now.
        func finish(date: Int64? = nil) throws {
            if let date {
                var times = [timespec(), timespec()]
                times[0].tv_sec = Int(clamping: date)
                times[1].tv_sec = Int(clamping: date)
                guard futimens(descriptor, times) == 0 else { throw Failure(systemCall: "futimens", path: path, code: errno) }
            }
            guard fsync(descriptor) == 0 else { throw Failure(systemCall: "fsync", path: path, code: errno) }
        }
    }

    /// Writes a file to `tmp`; where it throws, none is left.
    func write(_ base: String, date: Int64, _ body: (borrowing Output) throws -> Void) throws {
        let temporary = "\(path)/tmp/\(base)"
        // Backups leave `tmp` out.
        if access("\(path)/tmp", F_OK) != 0, errno == ENOENT, isThere { try Self.makeDirectory("\(path)/tmp") }
        let output = try Output(temporary)
        do {
            try body(output)
            try output.finish(date: date)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Another name in `tmp` of a file that is never changed; false where that cannot be.
    func link(_ file: String, as base: String) -> Bool { Glibc.link(file, "\(path)/tmp/\(base)") == 0 }

    /// From `tmp` to its place, where it is not there already.
    func publish(_ file: MaildirName) throws {
        guard Glibc.rename("\(path)/tmp/\(file.base)", "\(path)/\(file.path)") == 0 || errno == ENOENT else {
            throw Failure(systemCall: "rename", path: "\(path)/tmp/\(file.base)", code: errno)
        }
    }

    /// False where there is no such file any more.
    @discardableResult
    func rename(_ old: String, to new: String) throws -> Bool {
        if Glibc.rename("\(path)/\(old)", "\(path)/\(new)") == 0 { return true }
        if errno == ENOENT { return false }
        throw Failure(systemCall: "rename", path: "\(path)/\(old)", code: errno)
    }

    /// False where there is no such file any more.
    @discardableResult
    func remove(_ file: String) throws -> Bool {
        if unlink("\(path)/\(file)") == 0 { return true }
        if errno == ENOENT { return false }
        throw Failure(systemCall: "unlink", path: "\(path)/\(file)", code: errno)
    }

    // MARK: Finding

    /// Where a file is, whatever others have renamed it to, or a crash has left undone; nil: nowhere.
    func find(_ file: MaildirName) throws -> String? { try find([file]).first ?? nil }

    /// The same of several, with one listing for all.
    func find(_ files: [MaildirName]) throws -> [String?] {
        var found = files.map(known)
        if !found.contains(nil) { return found }
        let listed = try isThere ? list().files : [:]
        for (index, file) in files.enumerated() where found[index] == nil {
            // It may have got its name between.
            found[index] = listed[file.base]?.path ?? known(file)
        }
        return found
    }

    /// Where it is, if under one of the names that it gets here.
    func known(_ file: MaildirName) -> String? { names(file).first(where: has) }

    /// That which it is known by first.
    func names(_ file: MaildirName) -> [String] {
        [file.path, "new/\(file.base)", "cur/\(file.base):2,", "tmp/\(file.base)", "\(Self.retained)/\(file.base)"]
    }

    func has(_ file: MaildirName) -> Bool { has(file.path) }
    func has(_ file: String) -> Bool { access("\(path)/\(file)", F_OK) == 0 }

    /// Small files beside the messages; empty where it cannot be read.
    func small(_ name: String) -> [UInt8] { ImportReader.small("\(path)/\(name)") }

    func replace(_ name: String, with bytes: [UInt8]) throws {
        let base = MaildirName.fresh(seconds: 0, fileSize: Int64(bytes.count), size: Int64(bytes.count))
        let temporary = "\(path)/tmp/\(base)"
        do {
            let output = try Output(temporary)
            try bytes.withUnsafeBufferPointer { try output.write($0) }
            guard Glibc.rename(temporary, "\(path)/\(name)") == 0 else {
                throw Failure(systemCall: "rename", path: temporary, code: errno)
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// What was written to `tmp` and never came out of it: Maildir lets it be removed after 36 hours.
    ///
    /// - Parameter isKept: by the name; asked of those that are old.
    func sweep(now: Int64, isKept: ([UInt8]) throws -> Bool) throws {
        for name in try DirectoryNames.of("\(path)/tmp") {
            let file = ([UInt8]("\(path)/tmp/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
            // When it came into its directory; the time of its octets may be long ago.
            var status = stat()
            guard lstat(file, &status) == 0, now / 1000 - Int64(status.st_ctim.tv_sec) > 36 * 3600 else { continue }
            if try !isKept(name) { unlink(file) }
        }
    }
}
