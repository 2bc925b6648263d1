// echo_server PATH: answers whatever is sent to a Unix socket with the same bytes. The floor of what a server costs.
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  int const fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0 || listen(fd, 64) != 0) return 1;
  for (;;) {
    int const peer = accept(fd, NULL, NULL);
    if (peer < 0) return 1;
    char buffer[4096];
    ssize_t got;
    while ((got = read(peer, buffer, sizeof buffer)) > 0) {
      if (write(peer, buffer, (size_t)got) != got) break;
    }
    close(peer);
  }
}
