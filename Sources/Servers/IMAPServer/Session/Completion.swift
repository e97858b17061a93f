import IMAPGrammar

/// How a command ended.
enum Completion {
    case ok(ResponseCode? = nil, String)
    case no(ResponseCode? = nil, String)
    case bad(String)
    case badCode(ResponseCode?, String)
    /// The client has to say more: IDLE, AUTHENTICATE.
    case waiting
    /// Its answer comes in pieces.
    case running(any RunningCommand)
}

/// A command whose answer may be long. Its state lies between the pieces; no transaction does.
protocol RunningCommand: AnyObject {
    /// Writes about a piece more; nil where there is more to come.
    func step(_ session: Session) throws -> Completion?
    /// Whether what was written ends within a literal.
    var isInLiteral: Bool { get }
    /// How much of how much is done, where that is known and a response may stand between two steps.
    var progress: (done: Int, total: Int)? { get }
}

extension RunningCommand {
    var isInLiteral: Bool { false }
    var progress: (done: Int, total: Int)? { nil }
}

/// What may be told of others' changes before a command's tagged response.
enum CommandUpdates {
    case none
    /// RFC 9051 §7.5.1: no EXPUNGE during FETCH, STORE and SEARCH, whose numbers the client still uses.
    case withoutExpunge
    case all
}

/// A command that is refused where no domain's refusal says so.
struct Refused: Error {
    private enum Status { case no, bad }

    private var status: Status
    private var code: ResponseCode?
    private var text: String

    static func no(_ code: ResponseCode?, _ text: String) -> Refused { Refused(status: .no, code: code, text: text) }
    static func bad(_ text: String) -> Refused { Refused(status: .bad, code: nil, text: text) }
    static func bad(_ code: ResponseCode, _ text: String) -> Refused { Refused(status: .bad, code: code, text: text) }

    var completion: Completion { status == .no ? .no(code, text) : .badCode(code, text) }
}
