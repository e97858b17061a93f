import Bytes
import DAVGrammar

/// Gives the input to each parser of a header field and of a request body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let text = String(utf8: bytes)
    if let header = try? IfHeader.parse(bytes) {
        precondition(!header.lists.isEmpty && header.lists.allSatisfy { !$0.conditions.isEmpty })
        _ = header.holds(etag: { _ in "a" }, isLocked: { token, _ in token == "a" })
        _ = (header.submittedTokens, header.resourceTags)
    }
    _ = Preferences(prefer: text, brief: text)
    _ = EntityTagCondition(text).matches(["a"], exists: true)
    for size in [0, 1, 1000] {
        for range in ByteRanges(text)?.resolve(size: size) ?? [] {
            precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size)
        }
    }
    _ = (Depth(text), LockToken.parse(text))
    precondition((1...86_400).contains(LockTimeout.seconds(text, maximum: 86_400)))
    if let seconds = HTTPDate.parse(text) { precondition(HTTPDate.parse(HTTPDate.format(seconds: seconds)) == seconds) }
    _ = try? Destination(text)
    if let path = try? RequestPath(text) {
        precondition(path.segments.allSatisfy { !$0.isEmpty && $0 != ".." })
        precondition(path.segments.allSatisfy { !$0.utf8.contains(0x2F) && !$0.utf8.contains(0) })
        let again = try? RequestPath(path.text)
        precondition(again?.segments.map { Array($0.utf8) } == path.segments.map { Array($0.utf8) })
    }
    _ = try? PropfindBody.parse(bytes)
    _ = try? ProppatchBody.parse(bytes)
    _ = try? MkcolBody.parse(bytes)
    _ = try? MkcalendarBody.parse(bytes)
    _ = try? LockInfo.parse(bytes)
    _ = try? ReportBody.parse(bytes)
    return 0
}
