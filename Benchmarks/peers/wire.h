// What the clients of Aura's binary protocol share (Formats/wire.md): frames, and requests with one answer.
#ifndef WIRE_H
#define WIRE_H

#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <xxhash.h>

enum { HEADER = 32, ROOM = 1 << 18 };
enum { HELLO = 0x01, HELLO_ACK = 0x02, PING = 0x05, PONG = 0x06, ERROR = 0x08, CREDIT = 0x09,
       PRODUCER_OPEN = 0x10, PRODUCER_STATE = 0x11, APPEND = 0x12, APPEND_ACK = 0x13, STABLE = 0x14,
       QUERY = 0x20, RESULT = 0x21 };
enum { MORE = 2 };

typedef unsigned char byte;

static inline uint32_t get32(const byte *p) { uint32_t x; memcpy(&x, p, 4); return x; }
static inline uint64_t get64(const byte *p) { uint64_t x; memcpy(&x, p, 8); return x; }
static inline void put32(byte *p, uint32_t x) { memcpy(p, &x, 4); }
static inline void put64(byte *p, uint64_t x) { memcpy(p, &x, 8); }

static inline void put_header(byte *h, int opcode, uint32_t request, uint32_t size, uint64_t hash) {
    memset(h, 0, HEADER);
    memcpy(h, "AUR1\1\0", 6);
    h[6] = (byte)opcode;
    put32(h + 8, request);
    put32(h + 12, size);
    put32(h + 20, (uint32_t)XXH3_64bits(h, 20));
    put64(h + 24, hash);
}

static inline void read_all(int fd, byte *to, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = recv(fd, to + done, size - done, 0);
        if (n <= 0) die("the connection ended: %s", n < 0 ? strerror(errno) : "by the server");
        done += (size_t)n;
    }
}

static inline void die_of(const byte *error) {
    die("error %u: %.*s", error[0] | error[1] << 8, (int)get32(error + 23), error + 27);
}

// Sends a request and reads its answer, whose payload fits into ROOM bytes; returns whether more follows.
static inline int ask(int fd, int opcode, const byte *payload, size_t size, int answer, byte *to) {
    byte frame[HEADER + 4096];
    if (size > sizeof frame - HEADER) die("a request of %zu bytes", size);
    put_header(frame, opcode, 1, (uint32_t)size, XXH3_64bits(payload, size));
    memcpy(frame + HEADER, payload, size);
    if (send(fd, frame, HEADER + size, MSG_NOSIGNAL) != (ssize_t)(HEADER + size))
        die("send: %s", strerror(errno));
    byte header[HEADER];
    read_all(fd, header, HEADER);
    if (get32(header + 12) > ROOM) die("an answer of %u bytes", get32(header + 12));
    read_all(fd, to, get32(header + 12));
    if (header[6] == ERROR) die_of(to);
    if (header[6] != answer) die("message %u where %d was expected", header[6], answer);
    return header[7] & MORE;
}

static inline size_t put_text(byte *p, const char *text) {
    put32(p, (uint32_t)strlen(text));
    memcpy(p + 4, text, strlen(text));
    return 4 + strlen(text);
}

static inline int connect_to(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect to port %d: %s", port, strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Connects and introduces this program; the answer is HELLO_ACK's payload.
static inline int greet(int port, const char *name, byte *answer) {
    int fd = connect_to(port);
    byte payload[256] = {1, 0, 1};
    ask(fd, HELLO, payload, 12 + put_text(payload + 12, name), HELLO_ACK, answer);
    if (answer[2]) die("the server asks for a key");
    return fd;
}

#endif
