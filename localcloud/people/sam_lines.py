"""What `make sam-local` prints: lines to copy. Each works as it stands."""

import json
from typing import Any

from localcloud.people.running import Running


def say(running: Running, answer: Any, seconds: float) -> None:
    """Prints them. `answer` is DescribeDatabase's, which came after so many seconds."""
    address = running.endpoint.removeprefix("http://").partition(":")[0]
    stack = running.stack
    print(
        f"""
The local cloud is at {running.endpoint}, where this machine and its containers reach it.
{address} is an address on this machine's loopback interface; it goes away with the cloud.
Functions run in {running.environment["CONTAINERS"]}.
payments-orders is onboarded. `sam local invoke DescribeDatabase` took {seconds:.1f} s.

Open a shell in which sam, aws and the endpoints' names work. Run the other commands in it.
  make shell

1. Call a function with its event; $EVENTS has one for each function, made for this cloud:
  sam local invoke DescribeDatabase -t $TEMPLATE -e $EVENTS/describe_database.json
The last line on standard output:
  {json.dumps(answer)}
An [ERROR] line on standard error after it comes from the SAM CLI's emulator, which stops then.

2. Keep functions warm, and call them with the AWS CLI:
  sam local start-lambda -t $TEMPLATE --warm-containers LAZY >$EVENTS/../start-lambda.log 2>&1 &
  until curl --silent localhost:3001 >/dev/null; do sleep 1; done
  aws lambda invoke --endpoint-url http://127.0.0.1:3001 --function-name {stack}-make-plan \\
    --payload fileb://$EVENTS/make_plan.json /dev/stdout
  kill %1

3. Run the real state machine; the SAM CLI has no command for that:
  make start EVENT=events/manual_dry_run.json
  sam remote invoke OnboardDatabase --stack-name {stack} --event-file events/manual_dry_run.json

4. Step through a function, here with VS Code's "Attach to sam local" of .vscode/launch.json:
  .machine/local/bin/python -m pip install --target /tmp/debugger \\
    --python-version {running.environment["CONTAINERS"].rpartition(" ")[2]} --only-binary=:all: debugpy
  sam local invoke DescribeDatabase -t $TEMPLATE -e $EVENTS/describe_database.json \\
    -d 5678 --debugger-path /tmp/debugger \\
    --debug-args "/tmp/lambci_debug_files/debugpy --listen 0.0.0.0:5678 --wait-for-client"

Stop it:
  make down"""
    )
