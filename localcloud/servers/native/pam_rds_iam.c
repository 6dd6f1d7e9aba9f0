/* cc -shared -fPIC -O2 -Wall -Wextra -o pam_rds_iam.so pam_rds_iam.c
 *
 * The PAM module by which PostgreSQL has IAM's tokens checked, as RDS does: "PAM authentication failed" is what its clients
 * are told, too. It asks behind the unix socket $SIGNON_TOKENS, as rdsauth.c describes.
 *
 * Preloaded into the server, it also has PAM look for services in the folder $SIGNON_PAM in place of /etc/pam.d.
 *
 * PAM's few declarations are made again below: its headers may not be there. They are weak, because a shell that starts
 * the server is given this library, and has no PAM.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PAM_SUCCESS = 0, PAM_SYSTEM_ERR = 4, PAM_AUTH_ERR = 7, PAM_AUTHTOK = 6 };

typedef struct pam_handle pam_handle;
__attribute__((weak)) int pam_get_user(pam_handle *, const char **user, const char *prompt);
__attribute__((weak)) int pam_get_authtok(pam_handle *, int item, const char **token, const char *prompt);

int pam_start(const char *service, const char *user, const void *conversation, pam_handle **handle) {
  int (*start)(const char *, const char *, const void *, const char *, pam_handle **) =
      (int (*)(const char *, const char *, const void *, const char *, pam_handle **))dlsym(RTLD_NEXT, "pam_start_confdir");
  return start ? start(service, user, conversation, getenv("SIGNON_PAM"), handle) : PAM_SYSTEM_ERR;
}

static FILE *dial(void) {
  const char *path = getenv("SIGNON_TOKENS");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!path || strlen(path) >= sizeof address.sun_path) return NULL;
  strcpy(address.sun_path, path);

  int line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line < 0) return NULL;
  if (connect(line, (struct sockaddr *)&address, sizeof address) == 0) return fdopen(line, "r+");
  close(line);
  return NULL;
}

int pam_sm_authenticate(pam_handle *handle, int flags, int argc, const char **argv) {
  const char *user, *token;
  char answer[600] = "nobody answers\n";
  (void)flags, (void)argc, (void)argv;
  if (pam_get_user(handle, &user, NULL) != PAM_SUCCESS) return PAM_AUTH_ERR;
  if (pam_get_authtok(handle, PAM_AUTHTOK, &token, NULL) != PAM_SUCCESS) return PAM_AUTH_ERR;

  FILE *line = dial();
  if (line) {
    fprintf(line, "iam %zu %zu\n%s%s", strlen(user), strlen(token), user, token);
    fflush(line);
    if (!fgets(answer, sizeof answer, line)) strcpy(answer, "no answer\n");
    fclose(line);
  }
  if (strncmp(answer, "OK ", 3) == 0) return PAM_SUCCESS;
  fprintf(stderr, "iam refused %s: %s", user, answer);
  return PAM_AUTH_ERR;
}

int pam_sm_setcred(pam_handle *handle, int flags, int argc, const char **argv) {
  (void)handle, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle *handle, int flags, int argc, const char **argv) {
  return pam_sm_setcred(handle, flags, argc, argv);
}
