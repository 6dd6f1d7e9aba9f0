/* cc -shared -fPIC -O2 -Wall -Wextra -o rdsauth.so rdsauth.c               for MySQL 8.0 and newer
 * cc -shared -fPIC -O2 -Wall -Wextra -DMARIADB -o rdsauth-mariadb.so rdsauth.c      for MariaDB
 *
 * The authentication plugins of RDS for MySQL, Aurora MySQL and RDS for MariaDB, by their names there.
 *
 * No policy lives here: a plugin takes what the client sends, asks the verifier behind a unix socket, and obeys its answer.
 * Of the method "iam" that is $SIGNON_TOKENS, the server's own in the cloud's process, else $SIGNON_VERIFIER.
 *
 *   asked:    <method> <bytes in user name> <bytes in credential>\n<user name><credential>
 *   answered: OK <external user> [<what the client is to be sent, in hexadecimal>]\n      or      NO <reason>\n
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

struct vio {
  int (*read_packet)(struct vio *, unsigned char **packet);
  int (*write_packet)(struct vio *, const unsigned char *packet, int length);
};

#ifdef MARIADB
enum { PLUGIN_INTERFACE = 0x010f, AUTHENTICATION_INTERFACE = 0x0202, STABLE = 4 };
enum { LONGEST_USER = 512, LONGEST_EXTERNAL_USER = 512 + 1 };
#else
enum { PLUGIN_INTERFACE = 0x010b, AUTHENTICATION_INTERFACE = 0x0201 };
enum { LONGEST_USER = 96, LONGEST_EXTERNAL_USER = 512 };
#define STRING_IS_NO_PASSWORD_OF_THE_USER 1UL /* AUTH_FLAG_PRIVILEGED_USER_FOR_PASSWORD_CHANGE */
#endif

struct account {
  char *user_name;
  unsigned user_name_length;
  const char *auth_string;
  unsigned long auth_string_length;
  char authenticated_as[LONGEST_USER + 1];
  char external_user[LONGEST_EXTERNAL_USER];
  int password_used;
};

struct authentication {
  int interface_version;
  const char *client_plugin;
  int (*authenticate)(struct vio *, struct account *);
#ifdef MARIADB
  int (*generate_string)(const char *in, size_t in_length, char *out, size_t *out_length);
  int (*prepare)(const char *, size_t, unsigned char *, size_t *);
#else
  int (*generate_string)(char *out, unsigned *out_length, const char *in, unsigned in_length);
  int (*validate_string)(char *const string, unsigned length);
  int (*set_salt)(const char *password, unsigned length, unsigned char *salt, unsigned char *salt_length);
  unsigned long flags;
  int (*compare)(const char *, unsigned long, const char *, unsigned long, int *);
#endif
};

struct plugin {
  int type;
  void *info;
  const char *name, *author, *description;
  int license;
#ifdef MARIADB
  int (*init)(void *), (*deinit)(void *);
  unsigned version;
  void *status_variables, *system_variables;
  const char *version_text;
  unsigned maturity;
#else
  int (*init)(void *), (*check_uninstall)(void *), (*deinit)(void *);
  unsigned version;
  void *status_variables, *system_variables, *reserved;
  unsigned long flags;
#endif
};

/* ---- The verifier's side ---- */

static int dial(const char *method) {
  const char *path = getenv(strcmp(method, "iam") == 0 ? "SIGNON_TOKENS" : "SIGNON_VERIFIER");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = 240};  // whoever is asked may be starved of time, and a token is not wrong for that
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

/* Asks the verifier whether `credential` is the user's, whom the account's name and `more` make. On OK fills in the account's
 * external user, and in `reply` what the client is to be sent.
 */
static int verify(const char *method, struct account *account, const char *more, const unsigned char *credential,
                  size_t length, char *reply, size_t size) {
  char header[256], answer[4096] = "no verifier";
  size_t name_length = account->user_name_length, more_length = strlen(more);
  int verdict = CR_ERROR, line = dial(method);
  if (line >= 0) {
    snprintf(header, sizeof header, "%s %zu %zu\n", method, name_length + more_length, length);
    if (say(line, header, strlen(header)) == 0 && say(line, account->user_name, name_length) == 0 &&
        say(line, more, more_length) == 0 && say(line, credential, length) == 0 && hear(line, answer, sizeof answer) == 0 &&
        strncmp(answer, "OK ", 3) == 0) {
      char *user = answer + 3, *rest = strchr(user, ' ');
      if (rest) *rest++ = '\0';
      snprintf(account->external_user, sizeof account->external_user, "%.511s", user);
      snprintf(reply, size, "%s", rest ? rest : "");
      verdict = CR_OK;
    }
    close(line);
  }
  if (verdict != CR_OK)
    fprintf(stderr, "%s refused %.*s%s: %s\n", method, (int)name_length, account->user_name, more, answer);
  return verdict;
}

/* ---- The plugins ---- */

/* The client's mysql_clear_password sends the password and a zero byte. */
static int clear_password(const char *method, struct vio *vio, struct account *account) {
  unsigned char *password;
  char nothing[1];
  int length = vio->read_packet(vio, &password);
  if (length <= 0) return CR_ERROR;
  if (password[length - 1] == '\0') length--;
  account->password_used = length > 0;
  return verify(method, account, "", password, (size_t)length, nothing, sizeof nothing);
}

static int token(struct vio *vio, struct account *account) { return clear_password("iam", vio, account); }

#ifndef MARIADB
static int directory_password(struct vio *vio, struct account *account) { return clear_password("pam", vio, account); }

/* A text in a packet: its length in two bytes comes first. */
static size_t put(unsigned char *out, const char *text) {
  size_t length = strlen(text);
  out[0] = length & 255, out[1] = length >> 8 & 255;
  memcpy(out + 2, text, length);
  return 2 + length;
}

/* The server names its own principal, $SIGNON_PRINCIPAL, and the login's realm; the client answers with a ticket for the
 * principal (AP-REQ), and is sent the proof that we could read it (AP-REP), if it asks for one. The realm is the account's
 * string, and the ticket must be of <user name>@<realm>. Whose key reads it says the method: "ticket <the server's folder>".
 */
static int ticket(struct vio *vio, struct account *account) {
  const char *principal = getenv("SIGNON_PRINCIPAL"), *server = getenv("SIGNON_SERVER");
  char method[200], realm[256] = "@", reply[4096];
  unsigned char offer[1024], proof[sizeof reply / 2], *request;
  if (!principal || !server || strlen(principal) > 600 || account->auth_string_length > sizeof realm - 2) return CR_ERROR;
  snprintf(method, sizeof method, "ticket %s", server);
  strncat(realm, account->auth_string, account->auth_string_length);
  size_t offered = put(offer, principal);
  offered += put(offer + offered, realm + 1);
  if (vio->write_packet(vio, offer, (int)offered)) return CR_ERROR;

  int length = vio->read_packet(vio, &request);
  if (length <= 0 || verify(method, account, realm, request, (size_t)length, reply, sizeof reply) != CR_OK) return CR_ERROR;
  size_t proven = 0;
  while (proven < sizeof proof && sscanf(reply + 2 * proven, "%2hhx", &proof[proven]) == 1) proven++;
  return proven > 0 && vio->write_packet(vio, proof, (int)proven) ? CR_ERROR : CR_OK;
}
#endif

/* What stands after IDENTIFIED WITH ... BY or AS is kept as it is. */
#ifdef MARIADB
static int keep(const char *in, size_t in_length, char *out, size_t *out_length) {
  if (in_length > *out_length) return 1;
  memcpy(out, in, in_length);
  *out_length = in_length;
  return 0;
}

#define AUTHENTICATION(name, client_plugin, authenticate) \
  static struct authentication name = {AUTHENTICATION_INTERFACE, client_plugin, authenticate, keep, NULL};

#define PLUGIN(authentication, description)                                                                 \
  {AUTHENTICATION_PLUGIN, &authentication, #authentication, "RDS Sign-on", description, LICENSE_GPL, NULL, NULL, 0x0100, NULL, \
   NULL, "1.0", STABLE}

AUTHENTICATION(AWSAuthenticationPlugin, "mysql_clear_password", token)

int _maria_plugin_interface_version_ = PLUGIN_INTERFACE;
int _maria_sizeof_struct_st_plugin_ = sizeof(struct plugin);
struct plugin _maria_plugin_declarations_[] = {
#else
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

#define AUTHENTICATION(name, client_plugin, authenticate)                                                              \
  static struct authentication name = {AUTHENTICATION_INTERFACE, client_plugin, authenticate, keep, accept_any, no_salt, \
                                       STRING_IS_NO_PASSWORD_OF_THE_USER, NULL};

#define PLUGIN(authentication, description)                                                                       \
  {AUTHENTICATION_PLUGIN, &authentication, #authentication, "RDS Sign-on", description, LICENSE_GPL, NULL, NULL, NULL, \
   0x0100, NULL, NULL, NULL, 0}

AUTHENTICATION(auth_pam, "mysql_clear_password", directory_password)
AUTHENTICATION(authentication_kerberos, "authentication_kerberos_client", ticket)
AUTHENTICATION(AWSAuthenticationPlugin, "mysql_clear_password", token)

int _mysql_plugin_interface_version_ = PLUGIN_INTERFACE;
int _mysql_sizeof_struct_st_plugin_ = sizeof(struct plugin);
struct plugin _mysql_plugin_declarations_[] = {
    PLUGIN(auth_pam, "Directory password, verified through PAM"),
    PLUGIN(authentication_kerberos, "Ticket of the directory, verified through GSSAPI"),
#endif
    /* One row per plugin; a server loads those that it is told by name. */
    PLUGIN(AWSAuthenticationPlugin, "IAM's token, verified as RDS does"),
    {0},
};
