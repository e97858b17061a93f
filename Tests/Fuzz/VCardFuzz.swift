import Bytes
import ContentLines
import VCard

/// Reads everything that can be read of a vCard file, splits it, joins the cards and splits them again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let document = try? VCardDocument.parse(bytes) else { return 0 }
    for component in document.tree.allComponents {
        precondition(component.sourceRange.upperBound <= bytes.count)
        for line in component.properties {
            _ = line.group
            _ = line.text
            for parameter in line.parameters { _ = parameter.values }
        }
    }
    _ = try? AddressObjectResource.validate(document)
    precondition(WellFormedText.isUTF8(WellFormedText.document(bytes)[...]))

    let cards = split(bytes)
    for card in cards {
        guard let resource = try? AddressObjectResource.validate(card.bytes) else {
            preconditionFailure("not storable")
        }
        precondition(resource.uid == card.uid)
        _ = resource.formattedName
        _ = resource.emails
    }
    precondition(split(cards.flatMap { VCardJoiner.append($0.bytes) ?? [] }).map(\.uid) == cards.map(\.uid))
    return 0
}

private func split(_ bytes: [UInt8]) -> [VCardSplitter.Card] {
    var splitter = VCardSplitter(bytes) { "made-\($0.count)" }
    var cards: [VCardSplitter.Card] = []
    while let item = try? splitter.next() {
        if case .card(let card) = item { cards.append(card) }
    }
    return cards
}
