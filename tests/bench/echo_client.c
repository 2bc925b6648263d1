// echo_client PATH: one question, one answer, gone. The floor of what a client process costs.
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  int const fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr*)&address, sizeof address) != 0) return 1;
  char buffer[256];
  memset(buffer, 'x', sizeof buffer);
  if (write(fd, buffer, sizeof buffer) != sizeof buffer) return 1;
  return read(fd, buffer, sizeof buffer) > 0 ? 0 : 1;
}
