import Glibc
import NIOCore
import NIOPosix

/// Why there is no connection, or no longer one, for those who must mend it.
enum ConnectionFailure: Hashable, Sendable {
    /// Nobody takes connections there.
    case nothingListens
    /// The host's name has no address, for that reason.
    case unknownHost(String)
    /// No connection came about in that time.
    case timedOut(Duration)
    /// The system cannot connect, for that reason.
    case unreachable(String)
    /// The peer took the connection and said nothing for that long.
    case silentPeer(Duration)
    /// The peer closed the connection before it said anything.
    case closedAtOnce
    /// The peer said what no Aura server says.
    case foreignPeer(ForeignProtocol)
    /// Client and server do not come together by TLS.
    case tls(TLSFailure)
    /// The server sent what breaks the protocol.
    case damaged(String)
    /// The server closed the connection.
    case closed
    /// The connection broke, for that reason.
    case broken(String)
    /// Nothing came from the server for that long, though an answer was due.
    case fellSilent(Duration)

    /// What happened there, and how to mend it.
    func text(at server: String) -> String {
        switch self {
        case .nothingListens:
            "nothing listens at \(server); start the server, or check host and port"
        case .unknownHost(let reason):
            "the name of the host of \(server) is not known (\(reason)); check its spelling, and "
                + "the name service of this machine"
        case .timedOut(let time):
            "no connection to \(server) within \(time); check host and port, and whether a "
                + "firewall is between"
        case .unreachable(let reason):
            "cannot connect to \(server) (\(reason)); check host and port, and the network"
        case .silentPeer(let time):
            "\(server) takes connections but said nothing for \(time); check that an Aura server "
                + "listens there, and that it is not overloaded"
        case .closedAtOnce:
            "\(server) takes connections and closes them without a word; check that an Aura "
                + "server listens there"
        case .foreignPeer(let foreign):
            "what listens at \(server) is not an Aura server: \(foreign.rawValue); check host and "
                + "port"
        case .tls(let failure):
            failure.text(at: server)
        case .damaged(let reason):
            "\(server) sent what is not Aura's protocol (\(reason)); check the network, and "
                + "that server and client are of versions that go together"
        case .closed:
            "\(server) closed the connection; the server's log says why"
        case .broken(let reason):
            "the connection to \(server) broke (\(reason)); check the server and the network"
        case .fellSilent(let time):
            "nothing came from \(server) for \(time); check the server and the network"
        }
    }
}

extension ConnectionFailure {
    /// What an error of the attempt to connect means.
    init(connecting error: any Error, within time: Duration) {
        switch error {
        case let error as NIOConnectionError:
            // Where a name has several addresses the last attempt says no less than the others.
            if let last = error.connectionErrors.last {
                self.init(connecting: last.error, within: time)
            } else if let unknown = (error.dnsAError ?? error.dnsAAAAError)
                as? SocketAddressError.UnknownHost
            {
                self = .unknownHost(unknown.errorDescription)
            } else {
                self = .unknownHost("it has no address")
            }
        case ChannelError.connectTimeout:
            self = .timedOut(time)
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            self = .nothingListens
        case let error as IOError where error.errnoCode == ETIMEDOUT:
            self = .timedOut(time)
        default:
            self = .unreachable(ConnectionFailure.reason(error))
        }
    }

    /// What an error of an open connection means.
    init(breaking error: any Error) {
        self = .broken(ConnectionFailure.reason(error))
    }

    private static func reason(_ error: any Error) -> String {
        guard let code = (error as? IOError)?.errnoCode, let words = unsafe strerror(code) else {
            return "\(error)"
        }
        return unsafe String(cString: words)
    }
}
