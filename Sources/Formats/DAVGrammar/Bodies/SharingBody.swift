import Bytes
import XML

/// The body of a POST by which collections are shared (Apple's calendarserver-sharing): to a collection who it is to be shared with,
/// or to a home what its owner answers.
package enum SharingBody: Sendable, Equatable {
    /// Of one CS:set or CS:remove.
    package struct Change: Sendable, Equatable {
        package enum Action: Sendable, Equatable {
            case set(isWriting: Bool, commonName: String?, summary: String?)
            case remove
        }

        /// The sharee, as sent.
        package var href: String
        package var action: Action

        package init(href: String, action: Action) {
            (self.href, self.action) = (href, action)
        }
    }

    package struct Reply: Sendable, Equatable {
        package var isAccepted: Bool
        /// The URL of the sharer's collection, as sent.
        package var hostURL: String
        /// The UID of the invitation.
        package var inReplyTo: String
        /// What the sharee calls the collection.
        package var summary: String?

        package init(isAccepted: Bool, hostURL: String, inReplyTo: String, summary: String? = nil) {
            (self.isAccepted, self.hostURL, self.inReplyTo, self.summary) = (isAccepted, hostURL, inReplyTo, summary)
        }
    }

    case share([Change])
    case reply(Reply)

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> SharingBody {
        let root = try RequestDocument.root(bytes, [.calendarServer(.share), .calendarServer(.inviteReply)])
        if root.name == .calendarServer(.inviteReply) { return .reply(try reply(root)) }
        var changes: [Change] = []
        for child in root.children {
            switch child.name {
            case .calendarServer(.set):
                // What an older client calls read and write besides means nothing here.
                let isWriting = child.firstChild(named: .calendarServer(.readWrite)) != nil
                guard isWriting || child.firstChild(named: .calendarServer(.read)) != nil else {
                    throw invalid("CS:set has CS:read or CS:read-write.")
                }
                changes.append(Change(
                    href: try href(child),
                    action: .set(
                        isWriting: isWriting, commonName: text(.calendarServer(.commonName), in: child),
                        summary: text(.calendarServer(.summary), in: child))))
            case .calendarServer(.remove): changes.append(Change(href: try href(child), action: .remove))
            default: continue
            }
        }
        if changes.isEmpty { throw invalid("CS:share has CS:set or CS:remove.") }
        return .share(changes)
    }

    private static func reply(_ root: XMLElement) throws(RequestBodyError) -> Reply {
        let isAccepted = root.firstChild(named: .calendarServer(.inviteAccepted)) != nil
        guard isAccepted != (root.firstChild(named: .calendarServer(.inviteDeclined)) != nil) else {
            throw invalid("CS:invite-reply has CS:invite-accepted or CS:invite-declined.")
        }
        guard let host = root.firstChild(named: .calendarServer(.hosturl)),
            let uid = text(.calendarServer(.inReplyTo), in: root) else {
            throw invalid("CS:invite-reply has CS:hosturl and CS:in-reply-to.")
        }
        return Reply(
            isAccepted: isAccepted, hostURL: try href(host), inReplyTo: uid,
            summary: text(.calendarServer(.summary), in: root))
    }

    private static func href(_ element: XMLElement) throws(RequestBodyError) -> String {
        guard let text = text(.dav(.href), in: element) else { throw invalid("\(element.name.local) has DAV:href.") }
        return text
    }

    /// Nil where it is missing or empty.
    private static func text(_ name: XMLName, in element: XMLElement) -> String? {
        guard let text = element.firstChild(named: name)?.trimmedText, !text.isEmpty else { return nil }
        return String(utf8: text)
    }

    private static func invalid(_ reason: String) -> RequestBodyError {
        .refused(.calendarServer(.validRequest), reason)
    }
}
