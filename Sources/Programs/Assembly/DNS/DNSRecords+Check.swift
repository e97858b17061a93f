import Bytes
package import DNSClient

extension DNSRecords {
    /// What the DNS has instead of, or as, one record.
    package enum Finding: Sendable, Equatable {
        case ok(DNSSECStatus)
        case missing
        /// The records that are there, in zone file form.
        case different(found: [String])
        /// There was no answer.
        case failed(ResolverError)
    }

    package struct Check: Sendable, Equatable {
        package var record: Record
        package var finding: Finding

        package var isOK: Bool {
            if case .ok = finding { true } else { false }
        }
    }

    /// Asks for each record; blocks.
    package func check(_ resolver: some DNSResolving) -> [Check] {
        records.map { Check(record: $0, finding: Self.find($0, resolver)) }
    }

    private static func find(_ record: Record, _ resolver: some DNSResolving) -> Finding {
        do throws(ResolverError) {
            switch record.expectation {
            case .exactly(let data):
                let answer = try resolver.lookup(record.name, data.type)
                if answer.records.isEmpty { return .missing }
                // Another record beside the right one leads some clients elsewhere, so it is a difference too.
                let isRight = answer.records.allSatisfy { serves($0, as: data) }
                return isRight ? .ok(answer.security) : .different(found: answer.records.map(\.description).sorted())
            case .address:
                for type in [DNSRecordType.a, .aaaa] {
                    let answer = try resolver.lookup(record.name, type)
                    if !answer.records.isEmpty { return .ok(answer.security) }
                }
                return .missing
            }
        } catch {
            return .failed(error)
        }
    }

    /// Whether a record leads to the same place: priority and weight only order several.
    private static func serves(_ found: DNSRecordData, as expected: DNSRecordData) -> Bool {
        switch (found, expected) {
        case (.srv(_, _, let port, let target), .srv(_, _, let wantedPort, let wantedTarget)):
            // RFC 2782: with the target "." the other fields mean nothing.
            target == wantedTarget && (port == wantedPort || target == .root)
        case (.txt(let strings), .txt(let wanted)):
            // RFC 6763 §6.4: keys are compared without case; §6.1: other pairs may stand beside.
            wanted.allSatisfy { pair in strings.contains { Self.isSamePair($0, pair) } }
        default:
            found == expected
        }
    }

    private static func isSamePair(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        func split(_ pair: [UInt8]) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
            let key = pair.prefix { $0 != 0x3D }
            return (key, pair[key.endIndex...])
        }
        let (left, right) = (split(a), split(b))
        return left.0.equalsIgnoringASCIICase(right.0) && left.1.elementsEqual(right.1)
    }

    /// One line a record, for people; the last says what to do.
    package static func report(_ checks: [Check]) -> String {
        var text = ""
        for check in checks {
            let (what, expected) =
                switch check.record.expectation {
                case .exactly(let data): ("\(check.record.name) \(data.type)", data.description)
                case .address: ("\(check.record.name) A/AAAA", "an address")
                }
            switch check.finding {
            case .ok(let security):
                text += "ok         \(what)\(security == .secure ? " (signed)" : "")\n"
            case .missing:
                text += "missing    \(what): expected \(expected)\n"
            case .different(let found):
                text += "different  \(what): expected \(expected), found \(found.joined(separator: " and "))\n"
            case .failed(let error):
                text += "failed     \(what): \(error)\n"
            }
        }
        if checks.contains(where: { $0.finding == .ok(.unchecked) }) {
            text += "Not checked by DNSSEC: the name server does not have the root's keys.\n"
        }
        let wrong = checks.count { !$0.isOK }
        return text
            + (wrong == 0
                ? "All records are as they should be.\n"
                : "\(wrong) of \(checks.count) records are not as they should be.\n")
    }
}
