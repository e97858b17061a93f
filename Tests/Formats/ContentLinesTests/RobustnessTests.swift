import Bytes
import ContentLines
import TestRandom
import Testing

@Suite("Foreign bytes")
struct RobustnessTests {
    private let source = document(
        "BEGIN:VCALENDAR", "item1.X;A=\"b,c\";D;E=^n:v\\n\\,;w", "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=koi8-r:=C1=",
        "=C2", " folded", "BEGIN:VEVENT", "END:VALARM", "END:VEVENT", "no colon", "END:VCALENDAR")

    private func readEverything(_ bytes: [UInt8]) {
        guard let tree = try? ComponentTree.parse(bytes) else { return }
        for component in tree.allComponents {
            _ = component.sourceRange
            for line in component.properties {
                _ = line.group
                _ = line.text
                _ = StructuredValue.components(line.transferDecodedValue)
                for parameter in line.parameters { _ = parameter.values }
                looks(at: line)
            }
            var seen: [Range<Int>] = []
            component.forEachProperty { seen.append($0.sourceRange) }
            #expect(seen == component.properties.map(\.sourceRange))
        }
        for component in tree.roots {
            let written = component.normalizedSource
            #expect((try? ComponentTree.parse(written))?.roots.map { $0.normalizedSource } == [written])
        }
        _ = WellFormedText.document(bytes)
    }

    /// What looks at bytes in their place sees what others copy out.
    private func looks(at line: ContentLine) {
        #expect(line.withValue { span in span.withUnsafeBufferPointer { Array($0) } } == Array(line.value))
        let text = Array(TextValue.unescape(line.transferDecodedValue))
        #expect(line.withText { span in span.withUnsafeBufferPointer { Array($0) } } == text)
        var values: [[UInt8]] = []
        line.forEachParameterValue { span in values.append(span.withUnsafeBufferPointer { Array($0) }) }
        #expect(values == line.parameters.flatMap(\.rawValues).map { Array(ParameterValue.decode($0)) })
        for separator in [UInt8(0x2C), 0x3B] {
            var parts: [[UInt8]] = []
            line.forEachPart(separator: separator) { span in parts.append(span.withUnsafeBufferPointer { Array($0) }) }
            #expect(parts == StructuredValue.split(line.transferDecodedValue, at: separator).map { Array(TextValue.unescape($0)) })
        }
    }

    @Test("every prefix of a document parses")
    func prefixes() {
        for count in 0...source.count { readEverything(Array(source.prefix(count))) }
    }

    @Test("random changes do no harm")
    func mutations() {
        var random = SeededGenerator(state: 3)
        for _ in 0..<3_000 {
            var bytes = source
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(
                        contentsOf: source[Int.random(in: 0..<source.count, using: &random)...].prefix(20), at: place)
                }
            }
            readEverything(bytes)
        }
    }
}
