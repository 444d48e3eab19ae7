// What the load generators share: options, batches in memory, latencies, the result line.
//
// A load generator prints one JSON object on standard output and exits 0, or explains itself on
// standard error and exits 1. Everything is prepared before the clock starts.
#ifndef LOAD_H
#define LOAD_H

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

// Seconds on the monotonic clock.
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct options {
    const char *ndjson;   // one event a line
    const char *batches;  // encoded batches instead: u32 little-endian size, then the bytes
    const char *file;     // raw_append: the file to append to
    int port;             // of the server on 127.0.0.1
    long events;          // take this many events of the file, then begin again
    long batch;           // events per batch
    long connections;     // aura_load: each with a producer of its own
    long in_flight;       // batches of a connection submitted but not acknowledged, at most
    double seconds;
    double rate;          // events per second offered, open loop; 0: as fast as acknowledged
};

static inline struct options read_options(int argc, char **argv) {
    struct options o = {.events = 1000000, .batch = 1000, .connections = 1, .in_flight = 1,
                        .seconds = 2};
    static const struct option names[] = {
        {"ndjson", required_argument, 0, 'n'},  {"batches", required_argument, 0, 'b'},
        {"file", required_argument, 0, 'f'},    {"port", required_argument, 0, 'p'},
        {"events", required_argument, 0, 'e'},  {"batch", required_argument, 0, 'B'},
        {"in-flight", required_argument, 0, 'w'}, {"seconds", required_argument, 0, 's'},
        {"rate", required_argument, 0, 'r'},    {"connections", required_argument, 0, 'c'},
        {0, 0, 0, 0}};
    for (int c; (c = getopt_long(argc, argv, "", names, 0)) != -1;) switch (c) {
        case 'n': o.ndjson = optarg; break;
        case 'b': o.batches = optarg; break;
        case 'f': o.file = optarg; break;
        case 'p': o.port = atoi(optarg); break;
        case 'e': o.events = atol(optarg); break;
        case 'B': o.batch = atol(optarg); break;
        case 'w': o.in_flight = atol(optarg); break;
        case 's': o.seconds = atof(optarg); break;
        case 'r': o.rate = atof(optarg); break;
        case 'c': o.connections = atol(optarg); break;
        default: exit(1);
    }
    if (o.batch < 1 || o.events < o.batch || o.connections < 1 || o.in_flight < 1 ||
        o.seconds <= 0 || o.rate < 0)
        die("batch, events, connections, in-flight, seconds and rate must be positive, "
            "events >= batch");
    if (!o.ndjson == !o.batches) die("give one of --ndjson and --batches");
    return o;
}

struct bytes {
    const char *data;
    size_t size;
};

// The whole file, resident.
static struct bytes map_file(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat s;
    if (fd < 0 || fstat(fd, &s) != 0) die("%s: %s", path, strerror(errno));
    void *p = mmap(0, (size_t)s.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (p == MAP_FAILED) die("%s: %s", path, strerror(errno));
    close(fd);
    return (struct bytes){p, (size_t)s.st_size};
}

// Whole batches only: the rest of the events, fewer than `batch`, is left out.
struct batches {
    struct bytes *item;
    long count;
};

static inline struct batches batches_of_lines(struct options o) {
    struct bytes file = map_file(o.ndjson);
    struct batches all = {calloc((size_t)(o.events / o.batch), sizeof(struct bytes)),
                          o.events / o.batch};
    const char *p = file.data, *end = file.data + file.size;
    for (long i = 0; i < all.count; i++) {
        const char *start = p;
        for (long n = 0; n < o.batch; n++) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            if (!newline) die("%s: fewer than %ld lines", o.ndjson, all.count * o.batch);
            p = newline + 1;
        }
        all.item[i] = (struct bytes){start, (size_t)(p - start)};
    }
    return all;
}

// Those of a file of encoded batches.
static inline struct batches encoded_batches(struct options o) {
    struct bytes file = map_file(o.batches);
    struct batches all = {calloc((size_t)(o.events / o.batch), sizeof(struct bytes)), 0};
    const char *p = file.data, *end = file.data + file.size;
    for (; all.count < o.events / o.batch && p < end; all.count++) {
        uint32_t size = 0;
        if (end - p >= 4) memcpy(&size, p, 4);
        if (size == 0 || size > (size_t)(end - p) - 4) die("%s: torn", o.batches);
        all.item[all.count] = (struct bytes){p + 4, size};
        p += 4 + size;
    }
    if (all.count == 0) die("%s: empty", o.batches);
    return all;
}

// Seconds from when a batch was due to when it was acknowledged.
struct latencies {
    double *seconds;
    size_t count, room;
};

static void add_latency(struct latencies *l, double seconds) {
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 4096;
        l->seconds = realloc(l->seconds, l->room * sizeof(double));
        if (!l->seconds) die("out of memory");
    }
    l->seconds[l->count++] = seconds;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Processor seconds of this process so far.
static inline double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static inline void print_result(struct options o, struct latencies *l, double elapsed, double cpu,
                         double sent_bytes) {
    if (l->count == 0) die("no batch was acknowledged");
    qsort(l->seconds, l->count, sizeof(double), by_value);
    double events = (double)l->count * (double)o.batch;
    printf("{\"events\": %.0f, \"batches\": %zu, \"seconds\": %.4f, \"events_per_s\": %.0f, "
           "\"ack_ms_p50\": %.4f, \"ack_ms_p99\": %.4f, \"ack_ms_max\": %.4f, "
           "\"client_cpu_s\": %.4f, \"encoded_bytes\": %.0f}\n",
           events, l->count, elapsed, events / elapsed, l->seconds[l->count / 2] * 1e3,
           l->seconds[(size_t)((double)l->count * .99)] * 1e3, l->seconds[l->count - 1] * 1e3, cpu,
           sent_bytes);
}

#endif
