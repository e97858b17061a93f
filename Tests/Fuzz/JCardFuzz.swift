import Bytes
import ContentLines
import VCard

/// Reads the input as jCard and as vCard. What comes out of JSON is vCard whose JSON reads again to the same text; what comes
/// out of vCard is JSON that is read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let text = try? JCard.vCard(from: bytes) { check(text) }
    if let card = try? AddressObjectResource.validate(bytes).card { check(VCardVersions.version4(of: card)) }
    return 0
}

private func check(_ text: [UInt8]) {
    guard let document = try? VCardDocument.parse(text) else { preconditionFailure("own text is refused") }
    for card in document.cards {
        let json = JCard.json(of: card)
        guard let again = try? JCard.vCard(from: json), let second = try? VCardDocument.parse(again).cards.first(where: { _ in true })
        else { preconditionFailure("own JSON is refused") }
        precondition(JCard.json(of: second) == json)
    }
}
