// Moves large streams through a TLS terminator, and says how fast.
//
//   bulk serve SINK SOURCE SMTP MB       a plain server on three ports of 127.0.0.1: takes MB in, sends MB out, takes a message
//   bulk up|down|smtp PORT MB CONNECTIONS
//                                        that many connections at once, each with so many MB; prints the MB/s of all
//
// What went in is counted at the other end; anything else than all of it is an error.
#define _GNU_SOURCE
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

enum { CHUNK = 256 * 1024 };
static long long total;
static SSL_CTX *context;
static int port;
static const char *mode;
static int failures;

static void die(const char *what) { perror(what); exit(1); }
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static int listen_at(int p) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(p), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (void *)&a, sizeof a) || listen(fd, 128)) die("listen");
    return fd;
}

// ---- the plain server
struct served { int fd; int kind; };

static int put(int fd, const char *s, long long n) {
    while (n > 0) { ssize_t w = send(fd, s, n, MSG_NOSIGNAL); if (w <= 0) return -1; s += w; n -= w; }
    return 0;
}

static int line(int fd, char *buf, int size) {
    int n = 0;
    while (n < size - 1) { if (recv(fd, buf + n, 1, 0) != 1) return -1; if (buf[n++] == '\n') break; }
    buf[n] = 0;
    return n;
}

static void *serve(void *argument) {
    struct served s = *(struct served *)argument;
    free(argument);
    char *buf = malloc(CHUNK), text[64];
    long long count = 0;
    ssize_t n;
    memset(buf, 'x', CHUNK);
    if (s.kind == 1) {
        for (long long left = total; left > 0; left -= CHUNK) if (put(s.fd, buf, left < CHUNK ? left : CHUNK)) break;
    } else if (s.kind == 0) {
        while ((n = recv(s.fd, buf, CHUNK, 0)) > 0) count += n;
        put(s.fd, text, snprintf(text, sizeof text, "%lld\n", count));
    } else {
        put(s.fd, "220 bulk ESMTP\r\n", 16);
        while (line(s.fd, buf, 1000) > 0) {
            if (!strncasecmp(buf, "DATA", 4)) {
                char tail[5] = {0};
                put(s.fd, "354 go\r\n", 8);
                while ((n = recv(s.fd, buf, CHUNK, 0)) > 0) {
                    count += n;
                    for (ssize_t i = n < 5 ? 0 : n - 5; i < n; i++) { memmove(tail, tail + 1, 4); tail[4] = buf[i]; }
                    if (!memcmp(tail, "\r\n.\r\n", 5)) break;
                }
                put(s.fd, text, snprintf(text, sizeof text, "250 %lld\r\n", count));
            } else put(s.fd, "250 ok\r\n", 8);
        }
    }
    shutdown(s.fd, SHUT_WR);
    while (recv(s.fd, buf, CHUNK, 0) > 0) {}
    close(s.fd);
    free(buf);
    return 0;
}

static void *accept_all(void *argument) {
    struct served *l = argument;
    for (;;) {
        struct served *s = malloc(sizeof *s);
        pthread_t t;
        s->kind = l->kind;
        if ((s->fd = accept(l->fd, 0, 0)) < 0) die("accept");
        pthread_create(&t, 0, serve, s);
        pthread_detach(t);
    }
    return 0;
}

// ---- the TLS client
static int tls_line(SSL *ssl, char *buf, int size) {
    int n = 0;
    while (n < size - 1) { if (SSL_read(ssl, buf + n, 1) != 1) return -1; if (buf[n++] == '\n') break; }
    buf[n] = 0;
    return n;
}

static int say(SSL *ssl, const char *what, char *buf) {
    return what && SSL_write(ssl, what, strlen(what)) <= 0 ? -1 : tls_line(ssl, buf, 1000);
}

static int client(SSL *ssl, char *buf) {
    long long count = 0;
    int n;
    if (!strcmp(mode, "down")) {
        while ((n = SSL_read(ssl, buf, CHUNK)) > 0) count += n;
        return count == total ? 0 : -1;
    }
    if (!strcmp(mode, "smtp")) {
        if (say(ssl, 0, buf) < 0 || say(ssl, "EHLO x\r\n", buf) < 0 || say(ssl, "MAIL FROM:<>\r\n", buf) < 0
            || say(ssl, "RCPT TO:<a@b>\r\n", buf) < 0 || say(ssl, "DATA\r\n", buf) < 0) return -1;
        for (int i = 0; i < CHUNK; i++) buf[i] = i % 78 < 76 ? 'x' : i % 78 == 76 ? '\r' : '\n';
        int whole = CHUNK / 78 * 78;
        while (count < total) { if ((n = SSL_write(ssl, buf, whole)) <= 0) return -1; count += n; }
        if (SSL_write(ssl, ".\r\n", 3) <= 0 || tls_line(ssl, buf, 1000) < 0) return -1;
        return atoll(buf + 4) == count + 3 ? 0 : -1;
    }
    memset(buf, 'x', CHUNK);
    while (count < total) {
        int part = total - count < CHUNK ? (int)(total - count) : CHUNK;
        if ((n = SSL_write(ssl, buf, part)) <= 0) return -1;
        count += n;
    }
    SSL_shutdown(ssl);
    if (tls_line(ssl, buf, 1000) < 0) return -1;
    return atoll(buf) == total ? 0 : -1;
}

static void *connection(void *unused) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *buf = malloc(CHUNK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (connect(fd, (void *)&a, sizeof a)) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (SSL_connect(ssl) != 1 || client(ssl, buf)) __sync_fetch_and_add(&failures, 1);
    SSL_free(ssl);
    close(fd);
    free(buf);
    return unused;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc == 6 && !strcmp(argv[1], "serve")) {
        total = atoll(argv[5]) << 20;
        struct served l[3];
        pthread_t t;
        for (int i = 0; i < 3; i++) {
            l[i] = (struct served){listen_at(atoi(argv[2 + i])), i};
            pthread_create(&t, 0, accept_all, &l[i]);
        }
        pause();
    }
    if (argc != 5) { fprintf(stderr, "usage: see the head of bulk.c\n"); return 2; }
    mode = argv[1], port = atoi(argv[2]), total = atoll(argv[3]) << 20;
    int count = atoi(argv[4]);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    pthread_t threads[64];
    double begun = now();
    for (int i = 0; i < count; i++) pthread_create(&threads[i], 0, connection, 0);
    for (int i = 0; i < count; i++) pthread_join(threads[i], 0);
    printf("%.1f\n", (double)count * (total >> 20) / (now() - begun));
    return failures != 0;
}
