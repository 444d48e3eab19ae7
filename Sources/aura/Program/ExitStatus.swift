/// How the process ends, for scripts to go by.
enum ExitStatus: Int32, CaseIterable, Sendable {
    case ok = 0
    case failed = 1
    case usage = 2
    case findings = 3
    case cannotConnect = 4
    case notAuthorised = 5
    case timeout = 6
    case partial = 7
    case interrupted = 130
    case brokenPipe = 141

    /// What it means, in a few words.
    var summary: String {
        switch self {
        case .ok: "done"
        case .failed: "the operation failed, or the server is not healthy"
        case .usage: "wrong usage: an unknown command or flag, or a value that is none"
        case .findings: "a check found something wrong, or the server is not quite healthy"
        case .cannotConnect: "the server cannot be reached"
        case .notAuthorised: "the server asks for an API key, or the key does not allow it"
        case .timeout: "it took too long, or was cancelled"
        case .partial: "done in part: rows were rejected, or stored data cannot be read"
        case .interrupted: "ended by Ctrl-C (SIGINT)"
        case .brokenPipe: "whoever read the output has gone (SIGPIPE)"
        }
    }

    /// All of them, one a line.
    static var list: String {
        allCases.map { status in
            let number = String(status.rawValue)
            let padding = String(repeating: " ", count: 5 - number.count)
            return padding + number + "  " + status.summary
        }.joined(separator: "\n")
    }
}
