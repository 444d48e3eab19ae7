import AuraClient
import AuraCore
import AuraEngine
import AuraImport
import AuraMetadata
import AuraTLS
import Glibc

/// Why a command ends without success: what is told to the user, and to the shell.
struct CommandFailure: Error, Hashable, Sendable {
    let status: ExitStatus
    /// What went wrong; nothing is printed where it is empty, for it was said already.
    let message: String
    /// What to do about it.
    let hint: String?

    init(_ status: ExitStatus, _ message: String = "", hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// What is printed.
    var text: String {
        if message.isEmpty { return "" }
        return "error: \(message)\n" + (hint.map { "hint: \($0)\n" } ?? "")
    }
}

extension CommandFailure {
    /// What keeps the input of that name from being read on.
    init(_ error: InputError, of name: String) {
        switch error {
        case .system(let code):
            self.init(.failed, "cannot read \(name): \(unsafe String(cString: strerror(code)))")
        case .endsEarly:
            self.init(
                .failed, "\(name): \(error)",
                hint: "begin anew with --no-resume, which stores the events once more")
        case .header, .compression, .position, .options:
            self.init(.failed, "\(name): \(error)")
        }
    }

    /// The failure that an error of a module below stands for; nil if it is the parser's.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ClientError: self.init(error)
        case let error as EngineError: self.init(.failed, error.description)
        case let error as MetadataError:
            self.init(.failed, error.description, hint: error.remedy)
        case let error as TLSFileError:
            self.init(.usage, error.description, hint: "check the path and its permissions")
        case let error as InputError: self.init(error, of: "the input")
        case let error as ConfigurationError: self.init(.usage, error.description)
        default: return nil
        }
    }
}
