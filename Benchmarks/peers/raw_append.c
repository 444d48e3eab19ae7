// The floor of every store that syncs once per batch: append the bytes, fdatasync, next.
//
// With --rate the batches are due on a schedule, and a batch's latency counts from when it was
// due: a stall is charged to every batch it delays.
#include "load.h"

#include <sys/prctl.h>

static void wait_until(double time) {
    struct timespec t = {(time_t)time, (long)((time - (double)(time_t)time) * 1e9)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0) == EINTR) {
    }
}

static void append(int fd, struct bytes b) {
    while (b.size > 0) {
        ssize_t n = write(fd, b.data, b.size);
        if (n < 0) die("write: %s", strerror(errno));
        b.data += n;
        b.size -= (size_t)n;
    }
    if (fdatasync(fd) != 0) die("fdatasync: %s", strerror(errno));
}

int main(int argc, char **argv) {
    struct options o = read_options(argc, argv);
    if (!o.file) die("--file is missing");
    struct batches all = o.batches ? encoded_batches(o) : batches_of_lines(o);
    int fd = open(o.file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0644);
    if (fd < 0) die("%s: %s", o.file, strerror(errno));
    prctl(PR_SET_TIMERSLACK, 1UL);  // the schedule, not the timer, decides when a batch is due

    struct latencies latencies = {0};
    double sent_bytes = 0, cpu = cpu_seconds(), start = now();
    for (long i = 0;; i++) {
        double due = o.rate > 0 ? start + (double)i * (double)o.batch / o.rate : now();
        if (due - start >= o.seconds) break;
        if (due > now()) wait_until(due);
        struct bytes batch = all.item[i % all.count];
        append(fd, batch);
        add_latency(&latencies, now() - due);
        sent_bytes += (double)batch.size;
    }
    double elapsed = now() - start;
    print_result(o, &latencies, elapsed, cpu_seconds() - cpu, sent_bytes);
}
