"""Who may sign in to a PostgreSQL server, and how: its pg_hba.conf, of which the first line that fits decides.

On RDS the roles decide. A member of rds_ad has its ticket checked and no password, and nothing lets it in before the
server has joined a directory and was restarted. A role's name has the realm in it, so people of a domain that the
directory trusts are admitted by it as well, and are nobody else. A member of rds_iam has its token checked, by PAM, as
long as IAM database authentication is on. That takes precedence over the password for every role that it is granted
to, the master user too:
docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html

From PostgreSQL 16 on one thing differs. A role that makes another, or may grant it, is its member by that (ADMIN
OPTION, INHERIT FALSE, SET FALSE), and `+rds_ad` or `+rds_iam` counts this membership, which gives nothing, like any
other: with its first login the master user would be asked for a ticket. RDS lets him in. So there his own line comes
before those of the roles. What is lost: granting rds_ad or rds_iam to the master user, which before 16 ends his sign-in
by password here as there, has from 16 on no effect here.
"""

PAM_SERVICE = "rds_iam"
ADMIN_ONLY_MEMBERSHIPS = 16  # the first major version that has them


def pg_hba(major: int, master_user: str, realm: str | None, *, iam: bool) -> str:
    """The file's text; `realm` is the one of the directory that the server has joined, None if it has not. `iam`: it
    takes tokens.

    Whom no line fits is refused: that is everybody who comes over TCP without TLS.
    """
    lines = [
        "local all rdsadmin trust",  # the socket is the server's account's own
        "local replication rdsadmin trust",  # "all" are the databases, and this is none
        "hostssl all rdsadmin all reject",
        "hostssl rdsadmin all all reject",
        *([f'hostssl all "{master_user}" all scram-sha-256'] if major >= ADMIN_ONLY_MEMBERSHIPS else []),
        f"hostssl all +rds_ad all {'gss include_realm=1' if realm else 'reject'}",
        f"hostssl all +rds_iam all {f'pam pamservice={PAM_SERVICE}' if iam else 'reject'}",
        "hostssl all all all scram-sha-256",
    ]
    return "".join(f"{line}\n" for line in lines)
