import Assembly
import Bytes
import Cryptography
import Glibc
import TestDirectory
import Testing
import Wire

@Suite struct DataDirectoryTests {
    private let temporary: TemporaryDirectory
    private let directory: DataDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        directory = DataDirectory(temporary.path + "/a/b/")
    }

    @Test("what is missing is made, for the owner only, and a second time nothing is new")
    func prepares() throws {
        #expect(try directory.prepare() == (true, []))
        #expect(directory.path.hasSuffix("/a/b"))
        for path in [directory.path, directory.blobs, directory.spool] { #expect(mode(path) == 0o700) }
        #expect(try directory.prepare() == (false, []))
    }

    @Test("a directory that others can look into is told of")
    func warns() throws {
        _ = try directory.prepare()
        chmod(directory.path, 0o755)
        #expect(try directory.prepare().warnings.first?.contains("chmod 700") == true)
    }

    @Test("a path that is a file, or relative, is refused with advice")
    func refuses() throws {
        let file = temporary.write("", to: "file")
        #expect(throws: DataDirectoryError.self) { try DataDirectory(file).prepare() }
        #expect(throws: DataDirectoryError.self) { try DataDirectory(file + "/below").prepare() }
        #expect(throws: DataDirectoryError.self) { try DataDirectory("relative").prepare() }
    }

    @Test("a file system that cannot be written is refused with the system's reason")
    func readOnly() {
        #expect {
            try DataDirectory("/proc/tegu").prepare()
        } throws: { error in
            "\(error)".contains("cannot make the directory /proc/tegu") && "\(error)".contains("--data-directory")
        }
    }

    @Test("commands that need a database say so where there is none")
    func mustExist() throws {
        _ = try directory.prepare()
        #expect { try directory.mustExist() } throws: {
            "\($0)".contains("no database") && "\($0)".contains("tegu serve")
        }
    }

    @Test("two servers do not run on one directory, and the second is told who has it")
    func locks() throws {
        _ = try directory.prepare()
        do {
            let lock = try ServeLock(directory)
            #expect { _ = try ServeLock(directory) } throws: { "\($0)".contains("process \(getpid())") }
            directory.emptySpool(lock)
        }
        _ = try ServeLock(directory)
    }

    @Test("what a killed server left in the spool goes, what else is there stays")
    func emptiesSpool() throws {
        _ = try directory.prepare()
        temporary.write("x", to: "a/b/spool/left")
        temporary.write("x", to: "a/b/blobs/kept")
        let lock = try ServeLock(directory)
        directory.emptySpool(lock)
        #expect(access(directory.spool + "/left", F_OK) != 0)
        #expect(access(directory.blobs + "/kept", F_OK) == 0)
        #expect(access(directory.spool, F_OK) == 0)
    }
}

@Suite struct CertificateFilesTests {
    private let temporary: TemporaryDirectory
    private var settings = Settings()

    init() throws {
        temporary = try TemporaryDirectory()
        settings.dataDirectory = temporary.path + "/data"
        settings.hostName = "dav.example.org"
        settings.domain = "example.org"
        _ = try DataDirectory(settings.dataDirectory).prepare()
    }

    private func ensure(_ settings: Settings) throws -> CertificateFiles {
        try CertificateFiles.ensure(settings, now: 1_760_000_000_000) { count in
            (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) }
        }
    }

    @Test("that a certificate's time is over, or will be soon, is told with what to do")
    func ending() throws {
        let made = try #require(try ensure(settings).made)
        let day: Int64 = 86_400_000
        #expect(CertificateFiles.warning(settings, now: 1_760_000_000_000) == nil)
        #expect(CertificateFiles.warning(settings, now: made.notAfter - 15 * day) == nil)
        #expect(CertificateFiles.warning(settings, now: made.notAfter - 13 * day)?.contains("is valid until 2028-01-") == true)
        #expect(CertificateFiles.warning(settings, now: made.notAfter + 1)?.contains("remove it and its key") == true)
        #expect(CertificateFiles.warning(settings, now: made.notBefore - 1)?.contains("is valid from 2025-10-0") == true)
        var given = settings
        given.tls.certificate = DataDirectory(settings.dataDirectory).certificate
        #expect(CertificateFiles.warning(given, now: made.notAfter + 1)?.contains("put a new one there") == true)
    }

    @Test("a pair is made at the first start, named after the settings, and told of")
    func makes() throws {
        var settings = settings
        settings.http.tlsListen = [
            .init(host: "192.0.2.7", port: 8443), .init(host: "::", port: 8443), .init(host: nil, port: 1),
        ]
        let files = try ensure(settings)
        let made = try #require(files.made)
        #expect(made.hostNames == ["dav.example.org", "example.org", "localhost"])
        #expect(made.ipAddresses == ["127.0.0.1", "::1", "192.0.2.7"])
        #expect(mode(files.key) == 0o600 && mode(files.certificate) == 0o600)
        #expect(files.announcement?.contains("dav.example.org") == true)
        #expect(files.announcement?.contains("valid until 2028-01-") == true)
        #expect(files.announcement?.contains(made.fingerprintText) == true)
        #expect(try CertificateInfo(pem: contents(files.certificate)) == made)
        #expect(try String(utf8: contents(files.key)).contains("PRIVATE KEY"))
    }

    @Test("the next start uses the pair that is there")
    func keeps() throws {
        let files = try ensure(settings)
        let before = try contents(files.key)
        let again = try ensure(settings)
        #expect(again.made == nil && again.announcement == nil)
        #expect(try contents(again.key) == before)
    }

    @Test("half a pair is never overwritten", arguments: ["key.pem", "cert.pem"])
    func half(name: String) throws {
        temporary.write("mine", to: "data/\(name)")
        #expect(throws: CertificateFilesError.self) { try ensure(settings) }
        #expect(try String(utf8: contents(settings.dataDirectory + "/" + name)) == "mine")
    }

    @Test("files that the settings name are used, and must be there")
    func named() throws {
        var named = settings
        named.tls.certificate = temporary.write("", to: "c.pem")
        named.tls.key = temporary.path + "/missing.pem"
        #expect { try CertificateFiles.ensure(named, now: 0) { _ in [] } } throws: { "\($0)".contains("missing.pem") }
        named.tls.key = temporary.write("", to: "k.pem")
        let files = try CertificateFiles.ensure(named, now: 0) { _ in [] }
        #expect(files.certificate == named.tls.certificate && files.made == nil)
    }
}
