import IMAPGrammar
import Logging

extension Session {
    /// RFC 8437: the connection is as it was before somebody signed in.
    func unauthenticate() -> Completion {
        unselect()
        endNotifications()
        forgetUser()
        state = .notAuthenticated
        enabled = EnabledExtensions()
        off = server.capabilitiesOff
        out.coding = enabled.coding
        reader.coding = enabled.coding
        reader.limits = Session.limitsBeforeSignIn
        logger[metadataKey: "user"] = nil
        return .ok(nil, "signed out")
    }
}
