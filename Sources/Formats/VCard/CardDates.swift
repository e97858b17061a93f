import Bytes
package import ContentLines

/// A day of a card that comes back each year: what a calendar of birthdays is made of.
package struct CardDate: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case birth
        case anniversary
        case death
    }

    package var kind: Kind
    /// Nil where the card does not tell it.
    package var year: Int?
    /// 1 to 12.
    package var month: Int
    /// 1 to what the month has; 29 February without a year is one.
    package var day: Int

    package init(kind: Kind, year: Int?, month: Int, day: Int) {
        self.kind = kind
        self.year = year
        self.month = month
        self.day = day
    }

    /// The days of a card of any version, in the order of its lines, the same one once. What is text, or has no month and
    /// day, is none.
    package static func dates(of card: Component) -> [CardDate] {
        var dates: [CardDate] = []
        for line in card.properties {
            guard let kind = kind(of: line, in: card), let date = CardDate(kind, line), !dates.contains(date) else {
                continue
            }
            dates.append(date)
        }
        return dates
    }

    private init?(_ kind: Kind, _ line: ContentLine) {
        if line.parameter("VALUE")?.hasValue("text") == true { return nil }
        // RFC 6350 §5.8: a property whose calendar is not understood is passed over.
        if line.parameter("CALSCALE")?.hasValue("gregorian") == false { return nil }
        guard let value = DateOrTime(line.value.trimmingASCIIWhitespace), let month = value.month, let day = value.day
        else { return nil }
        self.kind = kind
        self.month = month
        self.day = day
        // Some write 0000 for a year that they do not know; iCalendar has no such year.
        year = value.year == OmittedYear.of(line.parameters) || value.year == 0 ? nil : value.year
    }

    private static func kind(of line: ContentLine, in card: Component) -> Kind? {
        if line.isNamed("BDAY") || line.isNamed("X-BDAY") { return .birth }
        if line.isNamed("DEATHDATE") || line.isNamed("X-DEATHDATE") { return .death }
        if line.isNamed("ANNIVERSARY") || AnniversaryNames.contains(line.name) { return .anniversary }
        return AnniversaryNames.isAppleAnniversary(line, in: card) ? .anniversary : nil
    }
}

/// What Apple's clients write for a birthday without a year: a year that stands for none.
enum OmittedYear {
    static let parameter: StaticString = "X-APPLE-OMIT-YEAR"
    static let year = 1604

    static func of(_ parameters: ParameterSequence) -> Int? {
        parameters.first { $0.isNamed(parameter) }?.rawValue.decimalValue
    }
}

/// How version 3.0, which has no ANNIVERSARY, is known to write it.
enum AnniversaryNames {
    static let names = ["X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-KADDRESSBOOK-X-ANNIVERSARY"]

    static func contains(_ name: ArraySlice<UInt8>) -> Bool {
        names.contains { name.equalsIgnoringASCIICase($0.utf8) }
    }

    /// X-ABDATE with the label that Apple gives to it, by its group.
    static func isAppleAnniversary(_ line: ContentLine, in card: Component) -> Bool {
        guard line.isNamed("X-ABDATE"), let group = line.group else { return false }
        return card.properties(named: "X-ABLABEL").contains { label in
            label.group?.equalsIgnoringASCIICase(group) == true
                && label.isValue("_$!<Anniversary>!$_")
        }
    }
}
