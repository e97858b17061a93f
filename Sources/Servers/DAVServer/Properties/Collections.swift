import CollectionStore
import DAVGrammar
import XML

/// RFC 3253 §3.1.5, RFC 5995 and RFC 6578 §4: what a collection can be asked, and where it stands.
extension PropertyTable {
    static let collections: [LiveProperty] = [
        LiveProperty(
            name: .dav(.syncToken),
            resource: { _, source, out in
                guard let collection = source.collection else { return false }
                out.raw(source.exchange.syncToken(of: collection, source.access).bytes)
                return true
            }),
        LiveProperty(
            name: .calendarServer(.getctag),
            resource: { _, source, out in
                // The same position in another dress, so that the two can never disagree.
                guard let collection = source.collection else { return false }
                out.raw(source.exchange.syncToken(of: collection, source.access).bytes)
                return true
            }),
        LiveProperty(
            name: .dav(.supportedReportSet),
            member: { _, _, _, out in
                writeReports([.dav(.expandProperty)], to: &out)
                return true
            },
            resource: { _, source, out in
                writeReports(Report.supported(by: source.resource), to: &out)
                return true
            }),
        LiveProperty(
            name: .dav(.addMember),
            resource: { _, source, out in
                // RFC 5995 §3.2.1: the URL to POST to is the collection's own.
                guard let collection = source.collection, collection.kind.holdsMembers else { return false }
                out.href(source.href)
                return true
            }),
        LiveProperty(
            name: .dav(.resourceId),
            member: { _, member, _, out in
                writeResourceID(member.id.rawValue, to: &out)
                return true
            },
            resource: { _, source, out in
                guard let collection = source.collection else { return false }
                writeResourceID(collection.id.rawValue, to: &out)
                return true
            }),
    ]

    private static func writeReports(_ reports: [XMLName], to out: inout XMLWriter) {
        for report in reports {
            out.open(.dav(.supportedReport))
            out.open(.dav(.report))
            out.empty(report)
            out.close(.dav(.report))
            out.close(.dav(.supportedReport))
        }
    }

    /// RFC 5842 §3.1: a URI that stays when the resource is moved; node ids are never used twice.
    private static func writeResourceID(_ id: Int64, to out: inout XMLWriter) {
        out.open(.dav(.href))
        out.text("urn:tegu:node:\(id)")
        out.close(.dav(.href))
    }
}
