/* A TLS client for what a load generator does not do. Loopback only; it ends by itself after five minutes.
 *
 *   client first PORT SINCE    tries until a handshake is finished, and prints the milliseconds since SINCE, which is
 *                              in seconds of the epoch
 *   client hold PORT COUNT     opens COUNT connections and prints "handshakes"; after a line on stdin makes a request
 *                              on each and prints "requests"; ends at the end of stdin */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static SSL *open_connection(SSL_CTX *context, int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct timeval limit = { .tv_sec = 20 };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    SSL *ssl = NULL;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return NULL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && (ssl = SSL_new(context)) != NULL) {
        SSL_set_fd(ssl, fd);
        SSL_set_tlsext_host_name(ssl, "localhost");
        if (SSL_connect(ssl) == 1)
            return ssl;
        SSL_free(ssl);
    }
    close(fd);
    return NULL;
}

static int request(SSL *ssl)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[4096];
    int have = 0, got;

    if (SSL_write(ssl, text, sizeof text - 1) <= 0)
        return 0;
    while (have < (int)sizeof answer - 1 && (got = SSL_read(ssl, answer + have, sizeof answer - 1 - have)) > 0) {
        answer[have += got] = 0;
        if (strstr(answer, "\r\n\r\nok") != NULL)
            return strncmp(answer, "HTTP/1.1 200", 12) == 0;
    }
    return 0;
}

static int first(SSL_CTX *context, int port, double since)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    struct timespec now;

    while (open_connection(context, port) == NULL)
        nanosleep(&pause, NULL);
    clock_gettime(CLOCK_REALTIME, &now);
    printf("%.1f\n", (now.tv_sec + now.tv_nsec / 1e9 - since) * 1000);
    return 0;
}

static int hold(SSL_CTX *context, int port, int count)
{
    SSL **connections = calloc(count, sizeof *connections);
    int i;

    for (i = 0; i < count; i++)
        if ((connections[i] = open_connection(context, port)) == NULL) {
            fprintf(stderr, "client: connection %d failed\n", i + 1);
            return 1;
        }
    puts("handshakes");
    fflush(stdout);
    if (getchar() == EOF)
        return 0;
    for (i = 0; i < count; i++)
        if (!request(connections[i])) {
            fprintf(stderr, "client: request %d failed\n", i + 1);
            return 1;
        }
    puts("requests");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (argc != 4 || context == NULL) {
        fprintf(stderr, "usage: client first PORT SINCE | client hold PORT COUNT\n");
        return 2;
    }
    alarm(300);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (strcmp(argv[1], "first") == 0)
        return first(context, atoi(argv[2]), atof(argv[3]));
    return hold(context, atoi(argv[2]), atoi(argv[3]));
}
