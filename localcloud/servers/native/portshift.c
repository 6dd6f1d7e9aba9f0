/* cc -shared -fPIC -O2 -Wall -Wextra -o portshift.so portshift.c
 *
 * LD_PRELOAD for Samba: its LDAP ports (389, 636, 3268, 3269) are not configurable, and below 1024 only root may bind.
 * Every port that needs it is bound $PORT_SHIFT higher, and Samba is told the port it asked for: from the local port 636 or
 * 3269 it concludes that a connection begins with TLS.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int shift(void) {
  const char *shift = getenv("PORT_SHIFT");
  return shift ? atoi(shift) : 0;
}

static int shifted(int port) { return (port > 0 && port < 1024) || port == 3268 || port == 3269; }

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_in moved;
  if (!address || address->sa_family != AF_INET || length < sizeof moved) return real(fd, address, length);
  memcpy(&moved, address, sizeof moved);
  if (shifted(ntohs(moved.sin_port))) moved.sin_port = htons(ntohs(moved.sin_port) + shift());
  return real(fd, (struct sockaddr *)&moved, sizeof moved);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  int (*real)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "getsockname");
  int outcome = real(fd, address, length);
  if (outcome == 0 && address->sa_family == AF_INET && *length >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in *bound = (struct sockaddr_in *)address;
    int port = ntohs(bound->sin_port) - shift();
    if (shifted(port)) bound->sin_port = htons(port);
  }
  return outcome;
}
