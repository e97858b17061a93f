import HTTPServer

/// RFC 7808 §5.1.
enum ServiceCapabilities {
    static func response(_ version: String) -> HTTPResponse {
        let path = TimeZoneServer.path
        return JSONBody.response(Capabilities(
            info: .init(primarySource: "IANA:\(version)"),
            actions: [
                .init(name: "capabilities", template: "\(path)/capabilities"),
                .init(name: "list", template: "\(path)/zones{?changedsince}", parameters: [.init(name: "changedsince")]),
                .init(
                    name: "get", template: "\(path)/zones{/tzid}{?start,end}",
                    parameters: [.init(name: "tzid", required: true), .init(name: "start"), .init(name: "end")]),
                .init(
                    name: "expand", template: "\(path)/zones{/tzid}/observances{?start,end}",
                    parameters: [
                        .init(name: "tzid", required: true), .init(name: "start", required: true), .init(name: "end", required: true),
                    ]),
                .init(name: "find", template: "\(path)/zones{?pattern}", parameters: [.init(name: "pattern", required: true)]),
                .init(name: "leapseconds", template: "\(path)/leapseconds"),
            ]))
    }

    private struct Capabilities: Encodable {
        var version = 1
        var info: Info
        var actions: [Action]
    }

    private struct Info: Encodable {
        struct Truncated: Encodable {
            var any = true
            var untruncated = true
        }

        var primarySource: String
        var formats = ["text/calendar", "application/calendar+json"]
        var truncated = Truncated()

        enum CodingKeys: String, CodingKey {
            case primarySource = "primary-source"
            case formats, truncated
        }
    }

    private struct Action: Encodable {
        struct Parameter: Encodable {
            var name: String
            var required = false
            var multi = false
        }

        var name: String
        var template: String
        var parameters: [Parameter] = []

        enum CodingKeys: String, CodingKey {
            case name, parameters
            case template = "uri-template"
        }
    }
}
