import Cryptography
import Glibc
import Locks
package import Logging
package import NIOCore
import NIOPosix
package import NIOSSL

/// A certificate chain or a key that cannot be used; says which file and why.
package struct TLSFailure: Error, Sendable, CustomStringConvertible {
    package var description: String
}

/// The certificate chain and key that new connections are served with. They can be loaded anew while connections are
/// open; those keep what they began with.
///
/// Invariant: there is always a context that works. Files that cannot be used leave the one before in its place.
package final class TLSCertificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// `tls-server-end-point` of its certificate.
        var serverEndPoint: [UInt8]?
        /// Of the files as they were when last looked at, whether or not they could be used.
        var signature: [FileSignature]
    }

    /// Changes whenever a file is written or replaced.
    private struct FileSignature: Equatable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    private let state: Guarded<State>
    private let chainFile: String
    private let keyFile: String
    private let applicationProtocols: [String]
    private let bindsChannels: Bool

    /// - Parameters:
    ///   - chainFile: PEM, the server's certificate first, then the intermediate ones.
    ///   - keyFile: PEM, not encrypted.
    ///   - applicationProtocols: what is offered by ALPN (RFC 7301), the preferred first.
    ///   - bindsChannels: connections are to have channel bindings (`addHandlers(to:)`).
    package init(
        chainFile: String, keyFile: String, applicationProtocols: [String], bindsChannels: Bool = false
    ) throws(TLSFailure) {
        self.chainFile = chainFile
        self.keyFile = keyFile
        self.applicationProtocols = applicationProtocols
        self.bindsChannels = bindsChannels
        let signature = Self.signature(of: [chainFile, keyFile])
        let loaded = try Self.load(chainFile, keyFile, applicationProtocols, bindsChannels: bindsChannels)
        state = Guarded(State(context: loaded.context, serverEndPoint: loaded.serverEndPoint, signature: signature))
    }

    /// For the next connection.
    package var context: NIOSSLContext { state.withLock { $0.context } }

    var contextAndBinding: (NIOSSLContext, [UInt8]?) { state.withLock { ($0.context, $0.serverEndPoint) } }

    /// Takes the files as they are now. Where they cannot be used, what was loaded before stays.
    package func reload() throws(TLSFailure) {
        let signature = Self.signature(of: [chainFile, keyFile])
        state.withLock { $0.signature = signature }
        let loaded = try Self.load(chainFile, keyFile, applicationProtocols, bindsChannels: bindsChannels)
        state.withLock {
            $0.context = loaded.context
            $0.serverEndPoint = loaded.serverEndPoint
        }
    }

    /// Looks at the files every `interval` and reloads them when they have changed; tells the logger of both outcomes.
    /// A change of one file before the other fails once and is tried again with the next change.
    package func watch(every interval: TimeAmount, on eventLoop: any EventLoop, logger: Logger) -> RepeatedTask {
        eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [self] _ in
            NIOThreadPool.singleton.submit { _ in self.reloadIfChanged(logger: logger) }
        }
    }

    func reloadIfChanged(logger: Logger) {
        let signature = Self.signature(of: [chainFile, keyFile])
        guard state.withLock({ $0.signature != signature }) else { return }
        do throws(TLSFailure) {
            try reload()
            logger.notice("certificates loaded anew", metadata: ["file": "\(chainFile)"])
        } catch {
            logger.error(
                "changed certificates cannot be used, those before stay", metadata: ["error": "\(error.description)"])
        }
    }

    private static func load(
        _ chainFile: String, _ keyFile: String, _ applicationProtocols: [String], bindsChannels: Bool
    ) throws(TLSFailure) -> (context: NIOSSLContext, serverEndPoint: [UInt8]?) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(chainFile)
        } catch {
            let why = reason(error) ?? "there is none in PEM form (BEGIN CERTIFICATE) in it"
            throw TLSFailure(description: "cannot read certificates from \(chainFile): \(why)")
        }
        if chain.isEmpty { throw TLSFailure(description: "no certificate in \(chainFile)") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            let why = reason(error) ?? "there is none in PEM form in it, or it has a passphrase (openssl pkey -in FILE takes that off)"
            throw TLSFailure(description: "cannot read a private key from \(keyFile): \(why)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        // RFC 9325 §3.1.1: no version below 1.2; §4.2: with TLS 1.2, ciphers with forward secrecy and AEAD only.
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites =
            "ECDHE+AESGCM:ECDHE+CHACHA20"
        configuration.applicationProtocols = applicationProtocols
        if bindsChannels { configuration.keyLogCallback = { TLSBindings.note(keyLog: $0) } }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            return (context, bindsChannels ? ChannelBinding.serverEndPoint(certificate: try chain[0].toDERBytes()) : nil)
        } catch {
            throw TLSFailure(
                description: "the certificate in \(chainFile) and the key in \(keyFile) do not work together: give the key "
                    + "with which the first certificate there was asked for")
        }
    }

    /// What the system says; nil where the bytes of the file are what is wrong.
    private static func reason(_ error: any Error) -> String? {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) }
    }

    private static func signature(of files: [String]) -> [FileSignature] {
        files.map { file in
            var status = stat()
            guard stat(file, &status) == 0 else {
                return FileSignature(inode: 0, size: 0, seconds: 0, nanoseconds: 0)
            }
            return FileSignature(
                inode: status.st_ino, size: status.st_size, seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec)
        }
    }
}
