import AuraCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Timestamp {
    /// What the machine's clock shows.
    static func now() -> Timestamp {
        var time = timespec()
        let result = unsafe clock_gettime(CLOCK_REALTIME, &time)
        precondition(result == 0, "the machine has no clock")
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
