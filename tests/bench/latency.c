// latency COUNT REQUEST_FILE unix PATH | tcp PORT: sends the same HTTP request COUNT times on one open connection,
// each when the answer before it is whole, and prints the times as JSON.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

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
