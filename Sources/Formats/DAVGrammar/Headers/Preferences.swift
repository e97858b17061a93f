import Bytes

/// What a client would like: Prefer (RFC 7240, RFC 8144), and Brief, which Microsoft's and Apple's clients send.
package struct Preferences: Sendable, Equatable {
    package var isMinimal = false
    package var isRepresentation = false
    package var isDepthNoRoot = false

    package init(prefer: String?, brief: String?) {
        if let brief, [UInt8](brief.utf8).trimmingASCIIWhitespace.equalsIgnoringASCIICase("t") { isMinimal = true }
        for preference in (prefer ?? "").lowercased().split(separator: ",") {
            // Parameters behind a semicolon are none of these preferences' own.
            let words = preference.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\"" }
            switch words {
            // RFC 7240 §2: of two values for one preference the first counts.
            case "return=minimal", "return-minimal": isMinimal = isMinimal || !isRepresentation
            case "return=representation", "return-representation": isRepresentation = isRepresentation || !isMinimal
            case "depth-noroot": isDepthNoRoot = true
            default: continue
            }
        }
    }
}
