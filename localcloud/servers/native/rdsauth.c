/* cc -shared -fPIC -O2 -Wall -Wextra -o rdsauth.so rdsauth.c
 *
 * The authentication plugins of RDS for MySQL, by their names there, for MySQL 8.0 and newer.
 *
 * No policy lives here: a plugin takes what the client sends, asks the verifier behind a unix socket, and obeys its answer.
 * Of the method "iam" that is $SIGNON_TOKENS, the server's own in the cloud's process, else $SIGNON_VERIFIER.
 *
 *   asked:    <method> <bytes in user name> <bytes in credential>\n<user name><credential>
 *   answered: OK <external user>\n      or      NO <reason>\n
 *
 * The server's structures are declared again below, because Debian and Ubuntu ship no server headers for MySQL. Of each only
 * the beginning is declared that has been the same since 8.0.11. vio_info, which grew within 8.0, is not touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- The server's side: mysql/plugin_auth.h, mysql/plugin.h ---- */

enum { CR_ERROR = 0, CR_OK = -1 };
enum { AUTHENTICATION_PLUGIN = 7, LICENSE_GPL = 1 };
enum { PLUGIN_INTERFACE = 0x010b, AUTHENTICATION_INTERFACE = 0x0201 };
#define STRING_IS_NO_PASSWORD_OF_THE_USER 1UL /* AUTH_FLAG_PRIVILEGED_USER_FOR_PASSWORD_CHANGE */

struct vio {
  int (*read_packet)(struct vio *, unsigned char **packet);
  int (*write_packet)(struct vio *, const unsigned char *packet, int length);
};

struct account {
  char *user_name;
  unsigned user_name_length;
  const char *auth_string;
  unsigned long auth_string_length;
  char authenticated_as[96 + 1];
  char external_user[512];
  int password_used;
};

struct authentication {
  int interface_version;
  const char *client_plugin;
  int (*authenticate)(struct vio *, struct account *);
  int (*generate_string)(char *out, unsigned *out_length, const char *in, unsigned in_length);
  int (*validate_string)(char *const string, unsigned length);
  int (*set_salt)(const char *password, unsigned length, unsigned char *salt, unsigned char *salt_length);
  unsigned long flags;
  int (*compare)(const char *, unsigned long, const char *, unsigned long, int *);
};

struct plugin {
  int type;
  void *info;
  const char *name, *author, *description;
  int license;
  int (*init)(void *), (*check_uninstall)(void *), (*deinit)(void *);
  unsigned version;
  void *status_variables, *system_variables, *reserved;
  unsigned long flags;
};

/* ---- The verifier's side ---- */

static int dial(const char *method) {
  const char *path = getenv(strcmp(method, "iam") == 0 ? "SIGNON_TOKENS" : "SIGNON_VERIFIER");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = 30};
  if (!path || strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);

  int line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line < 0) return -1;
  setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(line, (struct sockaddr *)&address, sizeof address) == 0) return line;
  close(line);
  return -1;
}

static int say(int line, const void *words, size_t length) {
  for (const char *next = words; length > 0;) {
    ssize_t sent = send(line, next, length, MSG_NOSIGNAL);
    if (sent <= 0) return -1;
    next += sent;
    length -= (size_t)sent;
  }
  return 0;
}

static int hear(int line, char *answer, size_t size) {
  size_t length = 0;
  while (length + 1 < size && recv(line, answer + length, 1, 0) == 1 && answer[length] != '\n') length++;
  answer[length] = '\0';
  return length > 0 ? 0 : -1;
}

/* Asks the verifier whether `credential` is the account's; on OK fills in the account's external user. */
static int verify(const char *method, struct account *account, const unsigned char *credential, size_t length) {
  char header[64], answer[600] = "no verifier";
  int verdict = CR_ERROR, line = dial(method);
  if (line >= 0) {
    snprintf(header, sizeof header, "%s %u %zu\n", method, account->user_name_length, length);
    if (say(line, header, strlen(header)) == 0 && say(line, account->user_name, account->user_name_length) == 0 &&
        say(line, credential, length) == 0 && hear(line, answer, sizeof answer) == 0 && strncmp(answer, "OK ", 3) == 0) {
      snprintf(account->external_user, sizeof account->external_user, "%.511s", answer + 3);
      verdict = CR_OK;
    }
    close(line);
  }
  if (verdict != CR_OK)
    fprintf(stderr, "%s refused %.*s: %s\n", method, (int)account->user_name_length, account->user_name, answer);
  return verdict;
}

/* ---- The plugins ---- */

/* The client's mysql_clear_password sends the password and a zero byte. */
static int clear_password(const char *method, struct vio *vio, struct account *account) {
  unsigned char *password;
  int length = vio->read_packet(vio, &password);
  if (length <= 0) return CR_ERROR;
  if (password[length - 1] == '\0') length--;
  account->password_used = length > 0;
  return verify(method, account, password, (size_t)length);
}

static int directory_password(struct vio *vio, struct account *account) { return clear_password("pam", vio, account); }

static int token(struct vio *vio, struct account *account) { return clear_password("iam", vio, account); }

/* What stands after IDENTIFIED WITH ... AS is kept as it is. */
static int keep(char *out, unsigned *out_length, const char *in, unsigned in_length) {
  if (in_length > *out_length) return 1;
  memcpy(out, in, in_length);
  *out_length = in_length;
  return 0;
}

static int accept_any(char *const string, unsigned length) {
  (void)string, (void)length;
  return 0;
}

static int no_salt(const char *password, unsigned length, unsigned char *salt, unsigned char *salt_length) {
  (void)password, (void)length, (void)salt;
  *salt_length = 0;
  return 0;
}

static struct authentication auth_pam = {
    AUTHENTICATION_INTERFACE, "mysql_clear_password", directory_password, keep, accept_any, no_salt,
    STRING_IS_NO_PASSWORD_OF_THE_USER, NULL};

static struct authentication AWSAuthenticationPlugin = {
    AUTHENTICATION_INTERFACE, "mysql_clear_password", token, keep, accept_any, no_salt,
    STRING_IS_NO_PASSWORD_OF_THE_USER, NULL};

#define PLUGIN(authentication, description)                                                                       \
  {AUTHENTICATION_PLUGIN, &authentication, #authentication, "RDS Sign-on", description, LICENSE_GPL, NULL, NULL, NULL, \
   0x0100, NULL, NULL, NULL, 0}

/* One row per plugin; the server loads those that --plugin-load-add or INSTALL PLUGIN names. */
int _mysql_plugin_interface_version_ = PLUGIN_INTERFACE;
int _mysql_sizeof_struct_st_plugin_ = sizeof(struct plugin);
struct plugin _mysql_plugin_declarations_[] = {
    PLUGIN(auth_pam, "Directory password, verified through PAM"),
    PLUGIN(AWSAuthenticationPlugin, "IAM's token, verified as RDS does"),
    {0},
};
