import Bytes
import Cryptography
package import NIOCore
import NIOSSL
import Synchronization

/// The channel bindings of one TLS connection (RFC 5056), which grow as its handshake goes on. By any thread.
///
/// NIOSSL has no exporter. What TLS 1.3 derives its exporters from is told to the callback for key logs, on the thread and in the call in
/// which the handshake's bytes are read: so a handler in front of TLS says for the time of that call whose they are, and the callback makes
/// the binding and drops the secret.
package final class TLSBindings: Sendable {
    @TaskLocal private static var current: TLSBindings?

    private let serverEndPoint: [UInt8]?
    private let exporter = Mutex<[UInt8]?>(nil)

    init(serverEndPoint: [UInt8]?) { self.serverEndPoint = serverEndPoint }

    /// By IANA's names: `tls-server-end-point` (RFC 5929), and with TLS 1.3 `tls-exporter` (RFC 9266).
    package var all: [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        all["tls-server-end-point"] = serverEndPoint
        all["tls-exporter"] = exporter.withLock { $0 }
        return all
    }

    fileprivate var hasExporter: Bool { exporter.withLock { $0 != nil } }

    fileprivate func whileCurrent(_ body: () -> Void) { Self.$current.withValue(self, operation: body) }

    /// A line as NSS has it: label, the client's random bytes, secret.
    static func note(keyLog line: ByteBuffer) {
        guard let current else { return }
        let parts = line.readableBytesView.split(separator: 0x20)
        guard parts.count == 3, parts[0].elementsEqual("EXPORTER_SECRET".utf8),
            let secret = Hexadecimal.decode(parts[2].prefix { $0 > 0x20 })
        else { return }
        current.exporter.withLock { $0 = ChannelBinding.exporter(secret) }
    }
}

/// Stands in front of TLS until the exporter is known; of TLS 1.2, which has none here, for good.
private final class HandshakeWitness: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let bindings: TLSBindings
    private var hasLeft = false

    init(_ bindings: TLSBindings) { self.bindings = bindings }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bindings.whileCurrent { context.fireChannelRead(data) }
        leaveWhenDone(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        bindings.whileCurrent { context.fireChannelReadComplete() }
        leaveWhenDone(context)
    }

    private func leaveWhenDone(_ context: ChannelHandlerContext) {
        if !hasLeft, bindings.hasExporter {
            hasLeft = true
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
    }
}

extension TLSCertificates {
    /// Puts TLS in front of all that is in the pipeline: now, or later where a connection begins without it. On its event loop.
    package func addHandlers(to pipeline: ChannelPipeline) throws -> TLSBindings {
        let (context, serverEndPoint) = contextAndBinding
        let bindings = TLSBindings(serverEndPoint: serverEndPoint)
        try pipeline.syncOperations.addHandlers(
            [HandshakeWitness(bindings), NIOSSLServerHandler(context: context)], position: .first)
        return bindings
    }
}
