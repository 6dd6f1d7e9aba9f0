"""Real servers for one machine: a directory and databases, unprivileged, on loopback, gone when we are gone.

world         what belongs together: start here
directory     the Active Directory that databases join
trusted       a domain on premises whose people it lets in
controller    the Samba domain controller of either; samba/ are its programs
verifier      the program that checks credentials for the databases; tickets is its part that accepts those
mysql         one MySQL per RDS instance; native/rdsauth.c are its authentication plugins, and the next ones'
aurora_mysql  one MySQL per instance of Aurora MySQL, a writer or a reader that follows it
mariadb       one MariaDB per instance of RDS for MariaDB
mysql_family  what these three have in common
postgresql    one PostgreSQL per instance, a writer or a reader that follows it
pg_hba        who may sign in to it, and how; native/pam_rds_iam.c has PAM check tokens
tokens        where all have IAM's tokens checked
authority     certificates
names         addresses, and names that resolve in our processes only
supervisor    starts processes and ends them
account       whose they are
templates     data directories, made once and copied
stale         folders of processes that were killed
"""

from .aurora_mysql import AuroraMySQL
from .controller import DirectoryRefused
from .directory import SambaDirectory
from .mariadb import MariaDB
from .mysql import MySQL
from .postgresql import PostgreSQL
from .supervisor import ServerFailed
from .trusted import TrustedDomain
from .world import World

__all__ = [
    "AuroraMySQL",
    "DirectoryRefused",
    "MariaDB",
    "MySQL",
    "PostgreSQL",
    "SambaDirectory",
    "ServerFailed",
    "TrustedDomain",
    "World",
]
