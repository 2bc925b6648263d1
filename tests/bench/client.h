// What the measuring clients share. `_GNU_SOURCE` is defined before the first include.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "figures.h"

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
