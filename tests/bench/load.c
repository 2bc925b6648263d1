// load CONNECTIONS SECONDS REQUEST_FILE unix PATH | tcp PORT: keeps that many connections busy with the same HTTP
// request, each sending the next when the answer before it is whole, and prints rate and times as JSON. The first
// tenth of the time is not counted.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "client.h"

enum { kBuffer = 1 << 16, kMostTimes = 4 << 20 };

struct client {
  int fd;
  double sent_at;
  size_t filled, wanted;
  char buffer[kBuffer];
};

static char request[kBuffer];
static size_t request_size;
static double* times;
static size_t answers, failures;

static int send_request(struct client* client) {
  client->filled = client->wanted = 0;
  client->sent_at = now_us();
  return write(client->fd, request, request_size) == (ssize_t)request_size ? 0 : -1;
}

// Takes what has come. 1: the answer is whole; 0: more is to come; -1: the connection is of no use any more.
static int take(struct client* client) {
  ssize_t const got = read(client->fd, client->buffer + client->filled, kBuffer - 1 - client->filled);
  if (got <= 0) return -1;
  client->filled += (size_t)got;
  client->buffer[client->filled] = 0;
  char* const end = client->wanted == 0 ? strstr(client->buffer, "\r\n\r\n") : NULL;
  if (end) {
    char* const length = strcasestr(client->buffer, "\r\ncontent-length:");
    if (!length || length > end) return -1;
    client->wanted = (size_t)(end + 4 - client->buffer) + strtoul(length + 17, NULL, 10);
    if (client->wanted >= kBuffer) return -1;
  }
  return client->wanted != 0 && client->filled >= client->wanted;
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  int const count = atoi(argv[1]);
  double const seconds = atof(argv[2]);
  FILE* const file = fopen(argv[3], "rb");
  if (!file || count < 1 || seconds <= 0) return 2;
  request_size = fread(request, 1, sizeof request, file);
  fclose(file);
  times = malloc(sizeof(double) * kMostTimes);
  struct client* const clients = calloc((size_t)count, sizeof *clients);
  int const poll = epoll_create1(0);
  if (!times || !clients || poll < 0) return 1;
  for (int i = 0; i < count; ++i) {
    clients[i].fd = open_socket(argv[4], argv[5]);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
    if (clients[i].fd < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event) != 0) return 1;
  }
  double const begin = now_us(), counted = begin + seconds * 1e5, end = begin + seconds * 1e6;
  for (int i = 0; i < count; ++i)
    if (send_request(&clients[i]) != 0) return 1;
  double now = begin;
  while (now < end) {
    struct epoll_event events[64];
    int const ready = epoll_wait(poll, events, 64, 1000);
    for (int i = 0; i < ready; ++i) {
      struct client* const client = events[i].data.ptr;
      int const state = take(client);
      if (state < 0) return 1;
      if (state == 0) continue;
      now = now_us();
      if (now >= counted && answers < kMostTimes) times[answers++] = now - client->sent_at;
      if (atoi(client->buffer + 9) >= 400) ++failures;
      if (send_request(client) != 0) return 1;
    }
    now = now_us();
  }
  if (answers == 0) return 1;
  qsort(times, answers, sizeof(double), by_value);
  printf("{\"rate\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"failures\":%zu}\n",
         (double)answers / ((now - counted) / 1e6), times[answers / 2], times[answers * 99 / 100], failures);
  return 0;
}
