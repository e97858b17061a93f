import NIOCore

/// Receive buffers that grow with what a client sends, like NIO's adaptive ones, but are not kept by the connection for
/// its next read: an idle connection that once had a long body would hold 64 KiB.
struct ReceiveBuffers: RecvByteBufferAllocator {
    private var adaptive = AdaptiveRecvByteBufferAllocator()

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { adaptive.buffer(allocator: allocator) }

    mutating func record(actualReadBytes: Int) -> Bool {
        _ = adaptive.record(actualReadBytes: actualReadBytes)
        // NIO's pool keeps a buffer only where the next is known not to grow.
        return true
    }
}
