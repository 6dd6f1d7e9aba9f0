"""What `up` prints: lines to copy, in the order in which they make sense. Each works as it stands."""

from localcloud.examples.example_data import API, PEOPLE
from localcloud.examples.samples import TAG
from localcloud.people.running import Running, log_file

ORDERS, LEDGER, TERMINALS = "payments-orders", "payments-ledger", "payments-terminals"


def say(running: Running) -> None:
    """Prints them; they are not for the SAM CLI's cloud, which has a database already, and no sweep: that is said."""
    if "TEMPLATE" in running.environment:
        print(
            "It was started by `make sam-local`: run that again to see what to try in it. "
            "For another cloud, run `make down` first."
        )
        return
    kits = running.outputs["KitsBucket"]
    people = ", ".join(f"{name} ({password})" for name, password in PEOPLE.items())
    tls = "--ssl-mode=VERIFY_IDENTITY --ssl-ca=ca-bundle.pem"
    terminals = f"{TERMINALS}.{running.hosts}"
    print(
        f"""
The local cloud is at {running.endpoint}. One real second is {running.speed:g} simulated seconds.
Every simulated hour, a sweep starts whatever was missed.
People in the directory, and their passwords: {people}.

Read what happens, and every message sent to people. The first one is an alarm: no sweep has run yet.
  tail -f {log_file()}

Open a shell in which aws, mysql, mariadb, psql and the endpoints' names work. Run the other commands in it.
  make shell

1. Create a database. Its tag names a profile, and its event starts an execution. Watch the execution to its end:
  aws rds create-db-instance --db-instance-identifier {ORDERS} \\
    --engine mysql --db-instance-class db.t4g.micro --allocated-storage 20 --db-name payments \\
    --master-username admin --manage-master-user-password --tags Key={TAG},Value=payments \\
    --query DBInstance.DBInstanceStatus
  make watch

2. Start a second execution by hand. It only reads:
  make start EVENT=events/manual_onboard.json

3. Sign in as alice, with the commands in the database's connection kit (its index.html explains them):
  cd "$(mktemp -d)"
  aws s3 cp --no-progress --recursive s3://{kits}/{ORDERS}/ .
  bash check-connection
  mysql --host {ORDERS}.{running.hosts} --user alice --password \\
    --enable-cleartext-plugin {tls}
  cd -

4. The same for an Aurora PostgreSQL cluster, where people sign in with a ticket:
  aws rds create-db-cluster --db-cluster-identifier {LEDGER} --engine aurora-postgresql \\
    --database-name payments --master-username postgres --manage-master-user-password \\
    --tags Key={TAG},Value=payments --query DBCluster.Status
  aws rds create-db-instance --db-instance-identifier {LEDGER}-1 --db-cluster-identifier {LEDGER} \\
    --engine aurora-postgresql --db-instance-class db.r6g.large --query DBInstance.DBInstanceStatus
  make watch NAME={LEDGER}
  cd "$(mktemp -d)"
  aws s3 cp --no-progress --recursive s3://{kits}/clusters/{LEDGER}/ .
  bash check-connection
  export KRB5_CONFIG=$PWD/krb5.conf
  kinit alice@CORP.EXAMPLE.COM
  psql "host={LEDGER}.cluster-{running.hosts} user=alice@CORP.EXAMPLE.COM dbname=payments \\
    gssencmode=disable sslmode=verify-full sslrootcert=ca-bundle.pem"
  cd -

5. The same for an application, which signs in with a token made with its role's credentials:
  aws rds create-db-instance --db-instance-identifier {TERMINALS} \\
    --engine mariadb --db-instance-class db.t4g.micro --allocated-storage 20 --db-name payments \\
    --master-username admin --manage-master-user-password --tags Key={TAG},Value=payments-api \\
    --query DBInstance.DBInstanceStatus
  make watch NAME={TERMINALS}
  cd "$(mktemp -d)"
  aws s3 cp --no-progress --recursive s3://{kits}/{TERMINALS}/ .
  export AWS_PROFILE={API}
  MYSQL_PWD="$(aws rds generate-db-auth-token --hostname {terminals} \\
    --port 3306 --username payments_app)" mariadb --host {terminals} \\
    --user payments_app --ssl-ca=ca-bundle.pem --ssl-verify-server-cert
  unset AWS_PROFILE
  cd -

Stop it:
  make down"""
    )
