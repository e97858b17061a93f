import Bytes
import CollectionStore
import DAVGrammar
import Directory
import XML

/// RFC 4918 §15.
extension PropertyTable {
    static let webDAV: [LiveProperty] = [
        LiveProperty(
            name: .dav(.resourcetype), isInAllprop: true, entry: .empty,
            resource: { tx, source, out in
                writeResourceType(of: source, to: &out)
                try writeSharingTypes(tx, of: source, to: &out)
                return true
            }),
        LiveProperty(
            name: .dav(.getetag), isInAllprop: true, entry: .etag),
        LiveProperty(
            name: .dav(.getcontenttype), isInAllprop: true,
            member: { _, member, scope, out in
                ContentType.write(of: member, in: scope.collection.kind, to: &out)
                return true
            },
            resource: { _, source, out in
                guard let collection = source.collection else { return false }
                switch collection.kind {
                case .calendar: out.text("text/calendar; charset=utf-8")
                case .book: out.text("text/vcard; charset=utf-8")
                case .folder, .fileHome, .calendarHome, .bookHome, .notifications: out.text("httpd/unix-directory")
                }
                return true
            }),
        LiveProperty(
            name: .dav(.getcontentlength), isInAllprop: true,
            member: { tx, member, scope, out in
                // The size of what is stored would tell of it.
                let size = member.form != .stored ? try ObjectData.bytes(tx, member, scope.exchange.server.files).count : member.size
                out.text(decimal: size)
                return true
            }),
        LiveProperty(
            name: .dav(.getlastmodified), isInAllprop: true,
            member: { _, member, _, out in
                out.text(HTTPDate.format(seconds: member.modified / 1000))
                return true
            },
            resource: { _, source, out in
                guard let collection = source.collection else { return false }
                out.text(HTTPDate.format(seconds: collection.modified / 1000))
                return true
            }),
        LiveProperty(
            name: .dav(.creationdate), isInAllprop: true,
            member: { _, member, _, out in
                out.text(InternetDate.format(seconds: member.created / 1000))
                return true
            },
            resource: { _, source, out in
                guard let collection = source.collection else { return false }
                out.text(InternetDate.format(seconds: collection.created / 1000))
                return true
            }),
        LiveProperty(
            name: .dav(.displayname), isInAllprop: true,
            resource: { _, source, out in
                // What a client set is written before this is asked.
                switch source.resource {
                case .collection(let collection):
                    out.text(collection.kind.isHome ? source.owner?.displayName ?? collection.name : collection.name)
                case .principal(let principal): out.text(principal.displayName)
                case .proxy(let proxy): out.text(proxy.delegation.segment)
                case .root: out.text("Tegu")
                case .container(let container): out.text(container.rawValue)
                case .member: return false
                }
                return true
            },
            setting: .init(kinds: Set(CollectionKind.allCases))),
    ]

    static func writeResourceType(of source: ResourceSource, to out: inout XMLWriter) {
        switch source.resource {
        case .member: break
        case .principal: out.empty(.dav(.principal))
            out.empty(.dav(.collection))
        case .proxy(let proxy): out.empty(.dav(.principal))
            out.empty(.dav(.collection))
            out.empty(proxy.delegation.resourceType)
        case .root, .container: out.empty(.dav(.collection))
        case .collection(let collection):
            out.empty(.dav(.collection))
            switch collection.kind {
            case .calendar:
                out.empty(.caldav(.calendar))
                // RFC 5689 §3: the type that its maker asked for. Others are told of an ordinary calendar, for clients that know
                // CS:subscribed fetch the source by themselves.
                if collection.origin == .subscribed, source.owner?.id == source.exchange.principal.id {
                    out.empty(.calendarServer(.subscribed))
                }
            case .book:
                out.empty(.carddav(.addressbook))
                if collection.isSearchOnly { out.empty(.carddav(.directory)) }
            case .notifications: out.empty(.calendarServer(.notification))
            case .calendarHome, .bookHome, .fileHome, .folder: break
            }
        }
    }
}
