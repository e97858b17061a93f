import Bytes
import Directory
import HTTPServer
import XML

/// What is done for one client and no other reason. Each has the client's name; docs/compatibility.md tells more.
enum Quirks {
    /// Thunderbird before 136 takes the last mailto address for the user's own, from 136 on the first; Apple's clients take the one
    /// with `preferred`, else the first in the alphabet. So the preferred one stands first and last, and is marked.
    static func writeAddressSet(of principal: Principal, to out: inout XMLWriter) {
        func write(_ address: String, preferred: Bool) {
            if preferred {
                out.open(.dav(.href), attributes: [("preferred", "1")])
            } else {
                out.open(.dav(.href))
            }
            out.text(address)
            out.close(.dav(.href))
        }
        let addresses = principal.addresses.map { "mailto:\($0)" }
        if let preferred = addresses.first { write(preferred, preferred: true) }
        for address in addresses.dropFirst() { write(address, preferred: false) }
        write(Href.principal(principal).text, preferred: false)
        if let preferred = addresses.first { write(preferred, preferred: true) }
    }

    /// Types that a body has whatever it is, where nobody gave it one: file managers, curl's `--data-binary`, QOwnNotes (Qt).
    static let typesOfAnything: [StaticString] = ["application/octet-stream", "application/x-www-form-urlencoded"]

    /// Behind a proxy that says nothing of itself, clients (davfs2, Windows, cadaver) name in Destination the host that they know, and
    /// this server sees another in Host. The port may be missing on one side. What has the same host is meant for us, but where both
    /// name a port, and these differ.
    static func isOwnAuthority(_ authority: String, _ head: HTTPRequestHead) -> Bool {
        func parts(_ authority: String) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
            let bytes = [UInt8](authority.utf8)
            let literal = bytes.first == 0x5B ? bytes.firstIndex(of: 0x5D).map { $0 + 1 } : nil
            let end = literal ?? bytes.firstIndex(of: 0x3A) ?? bytes.endIndex
            return (bytes[..<end], bytes[end...].dropFirst())
        }
        let (theirs, ours) = (parts(authority), parts(head.authority))
        return theirs.host.equalsIgnoringASCIICase(ours.host)
            && (theirs.port.isEmpty || ours.port.isEmpty || theirs.port == ours.port)
    }
}
