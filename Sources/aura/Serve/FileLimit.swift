import Glibc

/// How many files and sockets the process may have open.
///
/// A log that cannot open its next segment takes no more events, so connections must leave some.
struct FileLimit: Hashable, Sendable {
    /// Files at a time, sockets among them.
    let files: Int

    /// What is kept for log, keys, event loops, and connections that are only told to go.
    static let reserve = 160

    /// The limit of this process, raised as far as the system lets it.
    static func raised() -> FileLimit {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return FileLimit(files: 1_024) }
        var higher = limit
        higher.rlim_cur = limit.rlim_max
        let isRaised = unsafe setrlimit(resource, &higher) == 0
        return FileLimit(files: Int(clamping: isRaised ? higher.rlim_cur : limit.rlim_cur))
    }

    /// The connections that there may be where so many are wanted.
    func connections(of wanted: Int) -> Int {
        min(wanted, max(1, files - FileLimit.reserve))
    }

    /// What is to be said where fewer are possible than wanted.
    func warning(wanted: Int) -> String? {
        let possible = connections(of: wanted)
        guard possible < wanted else { return nil }
        return
            "max_connections is \(possible) and not \(wanted): the process may open only \(files) "
            + "files; raise the limit (ulimit -n)"
    }
}
