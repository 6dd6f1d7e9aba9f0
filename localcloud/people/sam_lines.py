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
The last line it prints:
  {json.dumps(answer)}

2. Keep functions warm, and call them with the AWS CLI:
  sam local start-lambda -t $TEMPLATE --warm-containers LAZY >$EVENTS/../start-lambda.log 2>&1 &
  until curl --silent localhost:3001 >/dev/null; do sleep 1; done
  aws lambda invoke --endpoint-url http://127.0.0.1:3001 --function-name {stack}-make-plan \\
    --payload fileb://$EVENTS/make_plan.json /dev/stdout
  kill %1

3. Run the real state machine; the SAM CLI has no command for that:
  make start EVENT=events/manual_dry_run.json
  sam remote invoke OnboardDatabase --stack-name {stack} --event-file events/manual_dry_run.json

Stop it:
  make down"""
    )
