package import NIOCore

/// The protocol on a connection whose session runs on worker threads. All calls are made on the event loop.
package protocol SessionDriver: AnyObject {
    /// The first call; the channel is not active yet.
    func added(to channel: SessionChannel)
    /// The connection stands.
    func began()
    /// No job runs and the client takes what it is sent: runs the session where there is something for it to do, else
    /// lets the channel continue to read.
    func advance()
    /// The connection has failed, and is being closed.
    func failed(_ error: any Error)
    /// The client is gone. A job may still run.
    func cut()
    /// The last call: the connection is closed and no job runs.
    func ended()
    /// The deadline has passed, while no job ran and nothing waited to be sent.
    func deadlinePassed()
    /// The server stops; no job runs.
    func drain()
}

/// One connection: bytes in, to the session, bytes out. It runs on the event loop; the session runs on a worker thread, one job
/// at a time, and belongs to that job until it comes back.
///
/// Invariants: while a job runs, or what it wrote is not taken by the client, no more than one read is taken from the socket; no job
/// runs while the client does not take its answers.
package final class SessionChannel: ChannelDuplexHandler, LoopMember {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package struct Timeouts {
        /// Until the client takes what waits to be sent.
        package var write: TimeAmount
        /// After which a deadline that passes during a job is looked at again.
        package var job: TimeAmount

        package init(write: TimeAmount, job: TimeAmount) {
            self.write = write
            self.job = job
        }
    }

    private let driver: any SessionDriver
    private let members: LoopMembers
    private let timeouts: Timeouts
    private var context: ChannelHandlerContext?
    private var isBusy = false
    private var isClosed = false
    private var isReadHeld = false
    /// What has come and was not given to a job.
    package var held = ByteBuffer()
    package var deadline: NIODeadline
    package var slot = -1

    package init(_ driver: any SessionDriver, members: LoopMembers, timeouts: Timeouts, deadline: NIODeadline) {
        self.driver = driver
        self.members = members
        self.timeouts = timeouts
        self.deadline = deadline
    }

    package var channel: (any Channel)? { context?.channel }
    package var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: Events of the channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        members.add(self)
        driver.added(to: self)
        if context.channel.isActive { driver.began() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        members.remove(self)
    }

    package func channelActive(context: ChannelHandlerContext) {
        driver.began()
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosed else { return }
        members.turn.socketHadBytes()
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        advance()
    }

    package func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    private var mayRead: Bool { !isBusy && held.readableBytes == 0 && isWritable }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { advance() } else { deadline = .now() + timeouts.write }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        driver.cut()
        if !isBusy { driver.ended() }
        context.fireChannelInactive()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { close() }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        driver.failed(error)
        close()
    }

    // MARK: The session's turns

    /// Lets the driver go on where it may.
    package func advance() {
        guard !isBusy, !isClosed, isWritable else { return }
        driver.advance()
    }

    /// Runs `job` on a worker, sends what it has written, and calls `finished` with what else it returns, unless the
    /// connection has closed meanwhile.
    package func run<Outcome: Sendable>(
        on pool: WorkerPool, _ job: @escaping @Sendable () -> (Outcome, ByteBuffer), finished: @escaping (Outcome) -> Void
    ) {
        guard !isBusy, let eventLoop = context?.eventLoop else { return }
        isBusy = true
        let bound = NIOLoopBound((channel: self, finished: finished), eventLoop: eventLoop)
        pool.submitAlways {
            let (outcome, output) = job()
            eventLoop.execute {
                let (channel, finished) = bound.value
                if channel.takesBack(output) { finished(outcome) }
            }
        }
    }

    /// Has work of the session done on the event loop itself, where its turn has time for it: what the work gives is sent in place of what
    /// is held. False where it gives nothing.
    package func answersAtOnce(_ work: (ByteBuffer) -> ByteBuffer?) -> Bool {
        guard !isBusy, let context, let answer = members.turn.run({ work(held) }) else { return false }
        held = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        return true
    }

    private func takesBack(_ output: ByteBuffer) -> Bool {
        isBusy = false
        guard !isClosed, let context else {
            driver.ended()
            return false
        }
        if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
        return true
    }

    /// Takes up a read that was held back, where there is one and it may.
    package func continueReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: The end

    package func close() {
        isClosed = true
        context?.close(promise: nil)
    }

    /// Sends the last words, and closes when they are out.
    package func close(after last: ByteBuffer) {
        guard let context, !isClosed else { return }
        isClosed = true
        deadline = .now() + .seconds(10)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [channel = context.channel] _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(last), promise: promise)
    }

    // MARK: LoopMember

    package func deadlinePassed() {
        guard context != nil else { return }
        if isClosed || !isWritable { return close() }
        // What takes long here is not the client's fault.
        if isBusy {
            deadline = .now() + timeouts.job
            return
        }
        driver.deadlinePassed()
    }

    package func drain() {
        if !isBusy { driver.drain() }
    }

    package func abort() { close() }
}
