/* cc -shared -fPIC -O2 -Wall -Wextra -o directoryports.so directoryports.c
 *
 * LD_PRELOAD for clients of the directory: its ports below 1024 are $PORT_SHIFT higher (see portshift.c). Whoever connects
 * to one of them, at an address of $PORT_SHIFT_NETWORK ("127.0.3."), is led there; every other connection is left alone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The address to use: `moved`, if the port is the directory's. */
static const struct sockaddr *led(const struct sockaddr *address, socklen_t length, struct sockaddr_in *moved) {
  const char *shift = getenv("PORT_SHIFT"), *network = getenv("PORT_SHIFT_NETWORK");
  char text[INET_ADDRSTRLEN];
  if (!shift || !network || !*network || !address || address->sa_family != AF_INET || length < sizeof *moved) return address;
  memcpy(moved, address, sizeof *moved);
  int port = ntohs(moved->sin_port);
  if (port == 0 || port >= 1024 || !inet_ntop(AF_INET, &moved->sin_addr, text, sizeof text)) return address;
  if (strncmp(text, network, strlen(network)) != 0) return address;
  moved->sin_port = htons(port + atoi(shift));
  return (const struct sockaddr *)moved;
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
  struct sockaddr_in moved;
  return real(fd, led(address, length, &moved), length);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
  ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "sendto");
  struct sockaddr_in moved;
  return real(fd, data, size, flags, led(address, length, &moved), length);
}
