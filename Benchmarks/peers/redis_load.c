// Appends to a Redis stream: a MULTI, one XADD per event, an EXEC per batch; one connection.
//
// Up to --in-flight batches are submitted before their replies are read. A batch's latency counts
// from when it may be sent, that is when the window has room for it, to its last reply byte.
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

static const char head[] = "*5\r\n$4\r\nXADD\r\n$6\r\nevents\r\n$1\r\n*\r\n$1\r\ne\r\n";
static const char multi[] = "*1\r\n$5\r\nMULTI\r\n", exec[] = "*1\r\n$4\r\nEXEC\r\n";

static char *put(char *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return to + size;
}

// The commands of one batch of lines.
static struct bytes commands(struct bytes lines, long events) {
    char *start = malloc(lines.size + (size_t)events * (sizeof head + 24) + 64);
    if (!start) die("out of memory");
    char *to = put(start, multi, sizeof multi - 1);
    for (const char *p = lines.data, *end = p + lines.size; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        to = put(to, head, sizeof head - 1);
        to += sprintf(to, "$%zu\r\n", (size_t)(newline - p));
        to = put(put(to, p, (size_t)(newline - p)), "\r\n", 2);
        p = newline + 1;
    }
    to = put(to, exec, sizeof exec - 1);
    return (struct bytes){start, (size_t)(to - start)};
}

// Counts reply lines. Only an error reply may begin a line with '-'.
struct replies {
    long lines;
    bool at_line_start;
};

static void count_lines(struct replies *r, const char *p, size_t size) {
    for (const char *end = p + size; p < end;) {
        int shown = end - p < 80 ? (int)(end - p) : 80;
        if (r->at_line_start && *p == '-') die("redis: %.*s", shown, p);
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        r->at_line_start = newline != 0;
        if (!newline) return;
        r->lines++;
        p = newline + 1;
    }
}

static int connect_to(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int main(int argc, char **argv) {
    struct options o = read_options(argc, argv);
    struct batches all = batches_of_lines(o);
    for (long i = 0; i < all.count; i++) all.item[i] = commands(all.item[i], o.batch);
    // +OK, one +QUEUED per event, then an array of ids: each a size line and a text line.
    const long lines_per_batch = 1 + o.batch + 1 + 2 * o.batch;
    double *submitted_at = calloc((size_t)o.in_flight, sizeof(double));
    static char buffer[1 << 20];
    int fd = connect_to(o.port);

    struct latencies latencies = {0};
    struct replies replies = {.at_line_start = true};
    long submitted = 0, written = 0, acknowledged = 0;
    size_t offset = 0;  // bytes already written of batch number `written`
    double sent_bytes = 0, cpu = cpu_seconds(), start = now(), time = start;
    for (;;) {
        while (time - start < o.seconds && submitted - acknowledged < o.in_flight)
            submitted_at[submitted++ % o.in_flight] = time;
        if (acknowledged == submitted) break;

        struct pollfd p = {fd, (short)(POLLIN | (written < submitted ? POLLOUT : 0)), 0};
        if (poll(&p, 1, 10000) <= 0) die("redis: no answer within ten seconds");
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
            if (n <= 0) die("redis: connection lost");
            count_lines(&replies, buffer, (size_t)n);
        }
        if (p.revents & POLLOUT) {
            struct bytes batch = all.item[written % all.count];
            ssize_t n = send(fd, batch.data + offset, batch.size - offset,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n < 0 && errno != EAGAIN) die("send: %s", strerror(errno));
            if (n > 0) offset += (size_t)n;
            if (offset == batch.size) {
                sent_bytes += (double)batch.size;
                written++;
                offset = 0;
            }
        }
        time = now();
        for (; acknowledged < replies.lines / lines_per_batch; acknowledged++)
            add_latency(&latencies, time - submitted_at[acknowledged % o.in_flight]);
    }
    print_result(o, &latencies, time - start, cpu_seconds() - cpu, sent_bytes);
}
