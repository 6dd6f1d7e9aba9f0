"""Executions of the state machine, as people ask for them: which one works on a database, how one ended."""

import re
from collections.abc import Callable, Sequence
from typing import Any

IN_PROGRESS = "Already in progress"


class Executions:
    """Over HTTP; `client` makes boto3's clients, `outputs` are the stack's."""

    def __init__(self, client: Callable[[str], Any], outputs: dict[str, str]) -> None:
        self._states, self._dynamodb = client("stepfunctions"), client("dynamodb")
        self._machine, self._records = outputs["StateMachineArn"], outputs["RecordsTable"]

    def about(self, database: str = "") -> Sequence[str]:
        """Those whose input names the database, or an instance of the cluster; all of them for ""; the oldest first."""
        listed = self._states.list_executions(stateMachineArn=self._machine, maxResults=1000)["executions"]
        arns = [str(each["executionArn"]) for each in sorted(listed, key=lambda each: each["startDate"])]
        named = re.compile(rf'"{re.escape(database)}(-[0-9]+)?"')
        return [arn for arn in arns if not database or named.search(self._describe(arn)["input"])]

    def at_work(self) -> set[str]:
        """Those that hold the claim on a database."""
        items = self._dynamodb.scan(TableName=self._records)["Items"]
        return {item["holder"]["S"] for item in items if "holder" in item and item["kind"]["S"] == "claim"}

    def at_work_on(self, resource_id: str) -> str | None:
        """The one that holds the claim on this database."""
        key = {"database": {"S": resource_id}, "kind": {"S": "claim"}}
        claim = self._dynamodb.get_item(TableName=self._records, Key=key).get("Item", {})
        return str(claim["holder"]["S"]) if "holder" in claim else None

    def is_running(self, execution: str) -> bool:
        return bool(self._describe(execution)["status"] == "RUNNING")

    def end(self, execution: str) -> str:
        """The last state that it entered."""
        events = self._states.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=10)["events"]
        entered = (each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each)
        return str(next(entered))

    def _describe(self, execution: str) -> Any:
        return self._states.describe_execution(executionArn=execution)
