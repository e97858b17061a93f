import SASL

/// Reads the input, cut at its first line end, as the client's two messages of SCRAM, with and without a channel binding; a text as a password, and
/// as a verifier, which must be read again as it is written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
    for isPlus in [false, true] {
        var exchange = ScramExchange(isPlus: isPlus, bindings: isPlus ? ["tls-exporter": [1, 2]] : [:], offersPlus: isPlus)
        let name = try? exchange.receiveFirst(parts[0])
        precondition(name.map { !$0.isEmpty && !$0.contains(0) } ?? true)
        _ = exchange.challenge(salt: [1, 2, 3], iterations: 4096, nonce: Array("server".utf8))
        guard let proof = try? exchange.receiveFinal(parts.count > 1 ? parts[1] : []) else { continue }
        precondition(proof.answer(.unmatchable(salt: [1], iterations: 1, key: [7])) == nil, "nobody knows this password")
    }
    let prepared = SASLprep.prepare(bytes)
    precondition(bytes.isEmpty || !prepared.isEmpty)
    if let verifier = ScramVerifier(String(decoding: bytes, as: UTF8.self)) { precondition(ScramVerifier(verifier.text) == verifier) }
    return 0
}
