// Asks an Aura server one statement again and again over the binary protocol (Formats/wire.md), and PINGs
// between, so that it shows what of the time is the way there and back.
//
//     aura_ask --port P --seconds S --every MS --sql STATEMENT
//
// Prints one JSON object: `asked`, and of the answers, whole and read, and of the PONGs the median, the
// 99th percentile and the most, in milliseconds.
#define _GNU_SOURCE
#include "wire.h"

#include <sys/prctl.h>

static void wait_until(double time) {
    struct timespec t = {(time_t)time, (long)((time - (double)(time_t)time) * 1e9)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0) == EINTR) {}
}

// What a QUERY of the statement alone has as its payload; its size.
static size_t put_query(byte *p, const char *sql) {
    size_t size = put_text(p, sql);
    memset(p + size, 0, 9);  // no settings, no parameters, no progress
    put64(p + size + 9, ROOM);
    return size + 17;
}

static double timed(int fd, int opcode, const byte *payload, size_t size, int answer) {
    static byte to[ROOM];
    double start = now();
    if (ask(fd, opcode, payload, size, answer, to)) die("an answer of more than one frame");
    return now() - start;
}

static void print_figures(const char *name, struct latencies *l) {
    qsort(l->seconds, l->count, sizeof(double), by_value);
    printf(", \"%s_ms_p50\": %.4f, \"%s_ms_p99\": %.4f, \"%s_ms_max\": %.4f", name,
           l->seconds[l->count / 2] * 1e3, name, l->seconds[(size_t)((double)l->count * .99)] * 1e3,
           name, l->seconds[l->count - 1] * 1e3);
}

int main(int argc, char **argv) {
    const char *sql = 0;
    int port = 0;
    double seconds = 0, every = 0;
    static const struct option names[] = {
        {"port", required_argument, 0, 'p'}, {"seconds", required_argument, 0, 's'},
        {"every", required_argument, 0, 'e'}, {"sql", required_argument, 0, 'q'}, {0, 0, 0, 0}};
    for (int c; (c = getopt_long(argc, argv, "", names, 0)) != -1;) switch (c) {
        case 'p': port = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'e': every = atof(optarg) / 1e3; break;
        case 'q': sql = optarg; break;
        default: exit(1);
    }
    if (!sql || strlen(sql) > 4000 || seconds <= 0 || every <= 0)
        die("give --sql of at most 4000 bytes, --seconds and --every");
    byte query[4096], ping[8] = {0}, answer[ROOM];
    size_t size = put_query(query, sql);
    int fd = greet(port, "aura-ask", answer);
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct latencies answers = {0}, pongs = {0};
    for (double start = now(), due = start; due < start + seconds; due += every) {
        wait_until(due);
        add_latency(&answers, timed(fd, QUERY, query, size, RESULT));
        wait_until(due + every / 2);
        add_latency(&pongs, timed(fd, PING, ping, sizeof ping, PONG));
        while (due + every < now()) due += every;
    }
    printf("{\"asked\": %zu", answers.count);
    print_figures("answer", &answers);
    print_figures("ping", &pongs);
    puts("}");
}
