// latency COUNT REQUEST_FILE unix PATH | tcp PORT: sends the same HTTP request COUNT times on one open connection,
// each when the answer before it is whole, and prints the times as JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(void const* a, void const* b) {
  double const x = *(double const*)a, y = *(double const*)b;
  return (x > y) - (x < y);
}

static int open_socket(char const* kind, char const* where) {
  if (strcmp(kind, "unix") == 0) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(where) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, where);
    int const fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr*)&address, sizeof address) == 0 ? fd : -1;
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(where))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  int const on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connect(fd, (struct sockaddr*)&address, sizeof address) == 0 ? fd : -1;
}

// Reads one answer with a Content-Length. Its status, or -1.
static int read_answer(int fd) {
  static char buffer[4 << 20];
  size_t filled = 0, wanted = 0;
  while (wanted == 0 || filled < wanted) {
    ssize_t const got = read(fd, buffer + filled, sizeof buffer - 1 - filled);
    if (got <= 0) return -1;
    filled += (size_t)got;
    buffer[filled] = 0;
    char* const end = wanted == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
    if (end) {
      char* const length = strcasestr(buffer, "\r\ncontent-length:");
      if (!length || length > end) return -1;
      wanted = (size_t)(end + 4 - buffer) + strtoul(length + 17, NULL, 10);
    }
  }
  return atoi(buffer + 9);
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  int const count = atoi(argv[1]);
  static char request[1 << 16];
  FILE* const file = fopen(argv[2], "rb");
  if (!file || count < 1) return 2;
  size_t const size = fread(request, 1, sizeof request, file);
  fclose(file);
  int const fd = open_socket(argv[3], argv[4]);
  if (fd < 0) return 1;
  double* times = malloc(sizeof(double) * (size_t)count);
  if (!times) return 1;
  int failures = 0;
  for (int i = 0; i < count; ++i) {
    double const begin = now_us();
    if (write(fd, request, size) != (ssize_t)size) return 1;
    int const status = read_answer(fd);
    times[i] = now_us() - begin;
    if (status < 0) return 1;
    if (status >= 400) ++failures;
  }
  qsort(times, (size_t)count, sizeof(double), by_value);
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f,\"min_us\":%.1f,\"failures\":%d}\n", times[count / 2], times[count * 99 / 100],
         times[0], failures);
  return 0;
}
