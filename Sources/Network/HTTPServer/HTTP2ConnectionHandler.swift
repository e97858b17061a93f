import Logging
import NIOCore
import NIOHTTP2
import Wire

/// The connection under the streams of HTTP/2: closes it when it has been idle for long, and when the server stops.
final class HTTP2ConnectionHandler: ChannelInboundHandler, LoopMember {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// How long a client that was sent GOAWAY may stay.
    private static let goAwayTime = TimeAmount.seconds(10)

    private static let lingerTime = TimeAmount.seconds(1)

    private let server: ServerContext
    private let members: LoopMembers
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var isGoingAway = false
    private var isClosing = false
    /// Comes back when the client has read the first GOAWAY.
    private let pingData = HTTP2PingData(withInteger: .random(in: 0 ... .max))
    private var isAcknowledged = false
    private(set) var deadline: NIODeadline
    var slot = -1

    init(server: ServerContext, members: LoopMembers) {
        self.server = server
        self.members = members
        deadline = .now() + server.configuration.idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        members.add(self)
        if server.isDraining { drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        members.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .ping(pingData, ack: true) = unwrapInboundIn(data).payload, isGoingAway, !isAcknowledged else {
            return
        }
        isAcknowledged = true
        if streams > 0 { sendGoAway(lastStream) } else { sayGoodbye() }
    }

    /// What NIO's handler tells of its streams; it calls on the event loop.
    struct Streams: NIOHTTP2StreamDelegate {
        private let handler: NIOLoopBound<HTTP2ConnectionHandler>

        init(_ handler: HTTP2ConnectionHandler, eventLoop: any EventLoop) {
            self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        }

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { handler.value.streamCreated(id) }
        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { handler.value.streamClosed() }
    }

    private func streamCreated(_ id: HTTP2StreamID) {
        streams += 1
        lastStream = max(lastStream, id)
        deadline = .distantFuture
    }

    private func streamClosed() {
        streams -= 1
        if streams == 0 { becameIdle() }
    }

    private func becameIdle() {
        deadline = .now() + (isGoingAway ? Self.goAwayTime : server.configuration.idleTimeout)
        guard isAcknowledged, let context else { return }
        // The last stream's frames are written in this turn of the loop, and flushed only after this event.
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.sayGoodbye() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Errors of single streams come by here too, and NIO's handler has reset those already.
        if error is NIOHTTP2Errors.StreamError { return }
        // After the last GOAWAY and the last stream NIO's handler takes each further frame for an error, in both directions,
        // also those that are right (an acknowledgement of SETTINGS, a WINDOW_UPDATE). All is answered, and to close now
        // would lose what is not flushed yet: `sayGoodbye` ends the connection.
        if isAcknowledged && streams == 0 { return }
        server.logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: LoopMember

    func deadlinePassed() {
        if isGoingAway { return abort() }
        drain()
    }

    /// RFC 9113 §6.8: a first GOAWAY that still lets in what is under way; once the client has read it, one that tells
    /// the last stream; the end when that and all before it have ended and all their bytes are sent.
    func drain() {
        guard let context, !isGoingAway else { return }
        isGoingAway = true
        if streams == 0 { deadline = .now() + Self.goAwayTime }
        announceGoAway(context)
        let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(pingData, ack: false))
        context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
    }

    /// The first GOAWAY, written past NIO's handler: from the moment that it knows of one it resets requests that cross it
    /// where no stream is open, and it takes the frames for errors that `errorCaught` tells of.
    private func announceGoAway(_ context: ChannelHandlerContext) {
        var frame = ByteBuffer()
        // RFC 9113 §4.1: the length in 24 bits, type 7, no flags, no stream; then the last stream (2^31-1) and NO_ERROR.
        frame.writeMultipleIntegers(UInt8(0), UInt16(8), UInt8(7), UInt8(0), UInt32(0), UInt32(0x7FFF_FFFF), UInt32(0))
        let codec = try? context.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
        codec?.write(NIOAny(IOData.byteBuffer(frame)), promise: nil)
    }

    private func sendGoAway(_ last: HTTP2StreamID, promise: EventLoopPromise<Void>? = nil) {
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil)
        context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: promise)
    }

    /// The last GOAWAY. The client is left some time to read what came before and to close by itself: an end that it finds
    /// together with an answer makes some forget the answer.
    private func sayGoodbye() {
        guard let context, !isClosing else { return }
        isClosing = true
        deadline = .now() + server.configuration.writeTimeout
        let promise = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in bound.value.deadline = .now() + Self.lingerTime }
        sendGoAway(lastStream, promise: promise)
    }

    func abort() { context?.close(promise: nil) }
}
