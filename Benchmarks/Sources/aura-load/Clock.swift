import Foundation

/// Time that only goes forward, and time that the processor worked.
enum Clock {
    /// Seconds on the monotonic clock.
    static func seconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Processor seconds of this process so far, user and system.
    static func processorSeconds() -> Double {
        var usage = rusage()
        unsafe getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    }
}
