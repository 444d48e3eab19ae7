// Loads an Aura server over the binary protocol (Formats/wire.md), one thread for all connections.
//
// Up to --in-flight batches of a connection are submitted before their acknowledgements are read.
// A batch's latency counts from when it may be sent, that is when the window has room for it, or,
// with --rate, from when it was due: a stall is charged to every batch it delays.
#define _GNU_SOURCE
#include "wire.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/prctl.h>

enum { FIXED = 32, FRAMES_PER_CALL = 8 };

struct connection {
    int fd;
    byte producer[8];  // handle and epoch, as PRODUCER_STATE has them
    uint64_t next_sequence;
    int64_t credit;
    long first_batch;  // connections begin at different batches
    long submitted, paid, written, acknowledged;
    size_t offset;     // bytes already written of frame number `written`
    bool is_full;      // the socket takes no more for now
    byte (*heads)[HEADER + FIXED];  // of the frames in flight, by number modulo the window
    double *due;                    // when they were due
    byte *in;                       // what has come and is not read yet
    size_t in_size;
};

static struct connection open_connection(struct options o, long index, long batches) {
    byte payload[256], answer[ROOM];
    struct connection c = {.fd = greet(o.port, "aura-load", answer),
                           .first_batch = batches * index / o.connections};
    c.credit = (int64_t)get64(answer + 27);
    c.heads = calloc((size_t)o.in_flight, sizeof *c.heads);
    c.due = calloc((size_t)o.in_flight, sizeof *c.due);
    c.in = malloc(ROOM);
    char name[128];  // of its own in every run: a name keeps its numbers for good
    snprintf(name, sizeof name, "load-%d-%.6f-%ld", getpid(), now(), index);
    ask(c.fd, PRODUCER_OPEN, payload, put_text(payload, name), PRODUCER_STATE, answer);
    memcpy(c.producer, answer, 8);
    c.next_sequence = get64(answer + 8);
    return c;
}

struct load {
    struct options o;
    struct batches all;
    uint64_t *hashes;
    struct latencies latencies;
    double start, sent_bytes;
};

static struct bytes batch_of(struct load *l, struct connection *c, long number) {
    return l->all.item[(c->first_batch + number) % l->all.count];
}

static size_t frame_size(struct load *l, struct connection *c, long number) {
    return HEADER + FIXED + batch_of(l, c, number).size;
}

static void submit(struct load *l, struct connection *c, double due) {
    byte *h = c->heads[c->submitted % l->o.in_flight], *fixed = h + HEADER;
    size_t size = FIXED + batch_of(l, c, c->submitted).size;
    put_header(h, APPEND, (uint32_t)c->submitted + 16, (uint32_t)size,
               l->hashes[(c->first_batch + c->submitted) % l->all.count]);
    memset(fixed, 0, FIXED);
    memcpy(fixed, c->producer, 8);
    put64(fixed + 8, c->next_sequence + (uint64_t)c->submitted);
    put32(fixed + 28, (uint32_t)XXH3_64bits(fixed, 28));
    c->due[c->submitted++ % l->o.in_flight] = due;
}

// Submits what may be sent; returns when the next batch is due, or 0 where time does not decide.
static double submit_due(struct load *l, struct connection *c, long index, double time) {
    while (c->submitted - c->acknowledged < l->o.in_flight) {
        double due = time;
        if (l->o.rate > 0)
            due = l->start + (double)(c->submitted * l->o.connections + index) *
                                 (double)l->o.batch / l->o.rate;
        if (due - l->start >= l->o.seconds) return 0;
        if (due > time) return due;
        submit(l, c, due);
    }
    return 0;
}

// Gives the socket what it takes, as far as the credit goes.
static void send_frames(struct load *l, struct connection *c) {
    while (!c->is_full) {
        struct iovec pieces[2 * FRAMES_PER_CALL];
        size_t count = 0, total = 0, skip = c->offset;
        for (long n = c->written; n < c->submitted && n < c->written + FRAMES_PER_CALL; n++) {
            struct bytes batch = batch_of(l, c, n);
            if (n >= c->paid) {
                if ((int64_t)(FIXED + batch.size) > c->credit) break;
                c->credit -= (int64_t)(FIXED + batch.size);
                c->paid = n + 1;
            }
            struct iovec two[2] = {{c->heads[n % l->o.in_flight], HEADER + FIXED},
                                   {(void *)batch.data, batch.size}};
            for (int i = 0; i < 2; i++) {
                size_t skipped = skip < two[i].iov_len ? skip : two[i].iov_len;
                skip -= skipped;
                if (skipped == two[i].iov_len) continue;
                pieces[count++] = (struct iovec){(byte *)two[i].iov_base + skipped,
                                                 two[i].iov_len - skipped};
                total += two[i].iov_len - skipped;
            }
        }
        if (total == 0) return;
        struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
        ssize_t n = sendmsg(c->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) die("send: %s", strerror(errno));
        c->is_full = n < (ssize_t)total;
        if (n > 0) c->offset += (size_t)n;
        while (c->written < c->submitted && c->offset >= frame_size(l, c, c->written))
            c->offset -= frame_size(l, c, c->written++);
    }
}

static void take(struct load *l, struct connection *c, int opcode, const byte *p, double time) {
    uint64_t expected = c->next_sequence + (uint64_t)c->acknowledged;
    switch (opcode) {
    case APPEND_ACK:
        if (get64(p) != expected || p[20] != 0)
            die("batch %lu was expected, %lu came, flags %u", expected, get64(p), p[20]);
        if (get32(p + 16) != l->o.batch) die("%u events were stored of a batch", get32(p + 16));
        add_latency(&l->latencies, time - c->due[c->acknowledged % l->o.in_flight]);
        l->sent_bytes += (double)batch_of(l, c, c->acknowledged++).size;
        break;
    case CREDIT: c->credit += (int64_t)get64(p); break;
    case STABLE: break;
    case ERROR: die_of(p); break;
    default: die("message %d is out of place", opcode);
    }
}

static void receive(struct load *l, struct connection *c) {
    ssize_t n = recv(c->fd, c->in + c->in_size, ROOM - c->in_size, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) die("the server closed a connection");
    c->in_size += (size_t)n;
    double time = now();
    size_t used = 0;
    while (c->in_size - used >= HEADER) {
        size_t size = HEADER + get32(c->in + used + 12);
        if (size > ROOM) die("an answer of %zu bytes", size);
        if (c->in_size - used < size) break;
        take(l, c, c->in[used + 6], c->in + used + HEADER, time);
        used += size;
    }
    memmove(c->in, c->in + used, c->in_size - used);
    c->in_size -= used;
}

// Waits until a socket has answers, or room, or the next batch is due.
static void wait_for(struct connection *all, long count, double due) {
    struct pollfd entries[256];
    for (long i = 0; i < count; i++)
        entries[i] = (struct pollfd){all[i].fd, (short)(POLLIN | (all[i].is_full ? POLLOUT : 0)), 0};
    double rest = due > 0 ? due - now() : 10;
    if (rest < 0) rest = 0;
    struct timespec t = {(time_t)rest, (long)((rest - (double)(time_t)rest) * 1e9)};
    int ready = ppoll(entries, (nfds_t)count, &t, 0);
    if (ready == 0 && due == 0) die("aura: no answer within ten seconds");
    for (long i = 0; i < count; i++)
        if (entries[i].revents & POLLOUT) all[i].is_full = false;
}

int main(int argc, char **argv) {
    struct options o = read_options(argc, argv);
    if (!o.batches || o.connections > 256) die("--batches is missing, or --connections above 256");
    struct load l = {.o = o, .all = encoded_batches(o)};
    l.hashes = calloc((size_t)l.all.count, sizeof(uint64_t));
    for (long i = 0; i < l.all.count; i++)
        l.hashes[i] = XXH3_64bits(l.all.item[i].data, l.all.item[i].size);
    struct connection *connections = calloc((size_t)o.connections, sizeof *connections);
    for (long i = 0; i < o.connections; i++)
        connections[i] = open_connection(o, i, l.all.count);
    prctl(PR_SET_TIMERSLACK, 1UL);  // the schedule, not the timer, decides when a batch is due

    double cpu = cpu_seconds();
    l.start = now();
    for (;;) {
        double due = 0;
        bool is_idle = true;
        for (long i = 0; i < o.connections; i++) {
            struct connection *c = &connections[i];
            double next = submit_due(&l, c, i, now());
            if (next > 0 && (due == 0 || next < due)) due = next;
            if (c->submitted > c->acknowledged) is_idle = false;
            send_frames(&l, c);
        }
        if (is_idle && due == 0) break;
        wait_for(connections, o.connections, due);
        for (long i = 0; i < o.connections; i++) receive(&l, &connections[i]);
    }
    print_result(o, &l.latencies, now() - l.start, cpu_seconds() - cpu, l.sent_bytes);
}
