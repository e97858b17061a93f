import Bytes
import IMAPGrammar
import Logging

extension Session {
    /// RFC 2971. What clients say of themselves goes to the log and changes nothing (§3: not for operation).
    func id(_ fields: [IDField]) -> Completion {
        if logger.logLevel <= .debug {
            func text(_ name: StaticString) -> String {
                let value = fields.first { $0.name.equalsIgnoringASCIICase(name) }?.value ?? []
                return String(decoding: value.prefix(60).filter { 0x20...0x7E ~= $0 }, as: UTF8.self)
            }
            logger.debug("client", metadata: ["name": "\(text("name"))", "version": "\(text("version"))"])
        }
        var answer = [IDField(name: [UInt8]("name".utf8), value: [UInt8]("Tegu".utf8))]
        // Who has not signed in need not know which version has which faults.
        if isSignedIn { answer.append(IDField(name: [UInt8]("version".utf8), value: [UInt8](server.services.version.utf8))) }
        out.id(answer)
        return .ok(nil, "done")
    }
}
