import Glibc
import Logging
import NIOSSL
import TestCertificate
import TestDirectory
import Testing

@testable import Wire

@Suite struct TLSCertificatesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        write(.one)
    }

    private func write(_ certificate: TestCertificate) {
        directory.write(certificate.chain, to: "chain.pem")
        directory.write(certificate.key, to: "key.pem")
    }

    private func load() throws -> TLSCertificates {
        try TLSCertificates(
            chainFile: "\(directory.path)/chain.pem", keyFile: "\(directory.path)/key.pem", applicationProtocols: [])
    }

    @Test("a reload takes the new files")
    func reload() throws {
        let certificates = try load()
        let before = certificates.context
        write(.two)
        try certificates.reload()
        #expect(certificates.context !== before)
    }

    @Test("files that do not belong together are refused, and those before stay")
    func mismatch() throws {
        let certificates = try load()
        let before = certificates.context
        directory.write(TestCertificate.two.key, to: "key.pem")
        let failure = #expect(throws: TLSFailure.self) { try certificates.reload() }
        #expect(failure?.description.contains("do not work together") == true)
        #expect(certificates.context === before)
    }

    @Test("a broken or missing file is named", arguments: ["chain.pem", "key.pem"])
    func broken(_ name: String) throws {
        let certificates = try load()
        directory.write("-----BEGIN NOTHING-----\n", to: name)
        #expect(throws: TLSFailure.self) { try certificates.reload() }
        unlink("\(directory.path)/\(name)")
        let failure = #expect(throws: TLSFailure.self) { try certificates.reload() }
        #expect(failure?.description.contains(name) == true)
    }

    @Test("a look at the files reloads only what has changed, and once")
    func watch() throws {
        let certificates = try load()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let before = certificates.context
        certificates.reloadIfChanged(logger: logger)
        #expect(certificates.context === before)
        directory.write(TestCertificate.two.chain, to: "chain.pem")
        certificates.reloadIfChanged(logger: logger)
        #expect(certificates.context === before, "the key is still the old one")
        directory.write(TestCertificate.two.key, to: "key.pem")
        certificates.reloadIfChanged(logger: logger)
        let after = certificates.context
        #expect(after !== before)
        certificates.reloadIfChanged(logger: logger)
        #expect(certificates.context === after)
    }
}
