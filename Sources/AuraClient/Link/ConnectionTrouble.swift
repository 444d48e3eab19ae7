import Glibc
import NIOCore
import NIOPosix

/// Why no connection came about, in the words that people know.
enum ConnectionTrouble {
    /// A few words about what the network library reports.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let attempt = error.connectionErrors.last { return words(attempt.error) }
            return "the host's name leads nowhere"
        case let error as IOError:
            return unsafe String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout:
            return "no answer"
        default:
            return "\(error)"
        }
    }
}
