import Glibc
import NIOCore

/// Lets those wait who want to connect while the system has no room for a connection: without a pause the event loop would do
/// nothing but ask again, and those who are connected would wait too. (SwiftNIO's AcceptBackoffHandler asks on: a read that
/// failed stays pending.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let duration = TimeAmount.milliseconds(250)

    private let starved: @Sendable (String) -> Void
    private var isPausing = false

    /// - Parameter starved: told why, at each pause.
    init(_ starved: @escaping @Sendable (String) -> Void) { self.starved = starved }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        defer { context.fireErrorCaught(error) }
        guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code), !isPausing else { return }
        isPausing = true
        starved(String(cString: strerror(code)))
        context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
            self.isPausing = false
            context.channel.setOption(.autoRead, value: true).whenComplete { _ in }
        }
    }
}
