import Bytes
import ContentLines
import VCard

/// Reads everything that can be read of a vCard file, splits it, joins the cards and splits them again; each card goes to the
/// other version and back, and is cut.
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
        convert(resource.card)
    }
    precondition(split(cards.flatMap { VCardJoiner.append($0.bytes) ?? [] }).map(\.uid) == cards.map(\.uid))
    return 0
}

private func convert(_ card: Component) {
    _ = CardDate.dates(of: card)
    let selection = AddressDataSelection([.init(name: "EMAIL"), .init(name: "NOTE", isValueOmitted: true)])
    precondition((try? AddressObjectResource.validate(selection.card(card))) != nil)
    for bytes in [VCardVersions.version3(of: card), VCardVersions.version4(of: card)] {
        guard let other = try? AddressObjectResource.validate(bytes) else { preconditionFailure("not a card") }
        precondition(VCardVersion(of: card) == other.version || WellFormedText.isUTF8(bytes[...]))
        for bytes in [VCardVersions.version3(of: other.card), VCardVersions.version4(of: other.card)] {
            precondition((try? AddressObjectResource.validate(bytes)) != nil)
        }
    }
}

private func split(_ bytes: [UInt8]) -> [VCardSplitter.Card] {
    var splitter = VCardSplitter(bytes) { "made-\($0.count)" }
    var cards: [VCardSplitter.Card] = []
    while let item = try? splitter.next() {
        if case .card(let card) = item { cards.append(card) }
    }
    return cards
}
