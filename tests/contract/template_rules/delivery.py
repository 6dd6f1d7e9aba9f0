"""Templates that lose what was sent."""

from __future__ import annotations

from lint.rules import delivery
from tests.contract.template_rules.breaking import ARN, Broken, may_no_longer, properties, statement_of, target_of

LOST = ARN.format("sqs", "LostEvents")
RULE = "OnboardDatabaseDatabaseAppeared"
SCHEDULE = "SweepDatabasesHourly"
NOT_KEPT = "has no DeadLetterConfig with a queue of this stack"

CASES = (
    Broken(
        delivery.what_a_rule_cannot_deliver_is_kept,
        target_of(RULE, DeadLetterConfig={}),
        f"{RULE}: its target OnboardDatabase {NOT_KEPT}",
    ),
    Broken(
        delivery.what_a_schedule_cannot_deliver_is_kept,
        lambda resources: resources[SCHEDULE]["Properties"]["Target"].update(DeadLetterConfig={"Arn": LOST + "2"}),
        f"{SCHEDULE}: its target SweepDatabases {NOT_KEPT}",
    ),
    Broken(
        delivery.what_a_schedule_cannot_deliver_is_kept,
        lambda resources: resources[SCHEDULE]["Properties"]["Target"].pop("RetryPolicy"),
        f"{SCHEDULE}: its target SweepDatabases has no RetryPolicy",
    ),
    Broken(
        delivery.what_a_schedule_cannot_deliver_is_kept,
        may_no_longer("SweepDatabasesHourlyRole", "sqs:SendMessage"),
        f"{SCHEDULE}: SweepDatabasesHourlyRole may not send to its dead-letter queue",
    ),
    Broken(
        delivery.what_a_function_fails_at_is_kept,
        properties("SweepDatabases", DeadLetterConfig=None),
        "SweepDatabases is invoked asynchronously and has no dead-letter queue",
    ),
    Broken(
        delivery.what_a_function_fails_at_is_kept,
        may_no_longer("ReportEndingRole", "sqs:SendMessage"),
        "ReportEnding may not send to its dead-letter queue: its role lacks sqs:SendMessage on LostEvents",
    ),
    Broken(
        delivery.a_rule_may_put_into_its_dead_letter_queue,
        statement_of(
            "LostEventsPolicy", Condition={"ArnEquals": {"aws:SourceArn": ARN.format("events", "rule/Other")}}
        ),
        f"{RULE} is not among the sources that the policy of LostEvents admits",
        also=("ReportEndingExecutionEnded is not among the sources that the policy of LostEvents admits",),
    ),
    Broken(
        delivery.dead_letters_are_kept_for_fourteen_days,
        properties("LostEvents", MessageRetentionPeriod=None),
        "LostEvents keeps its messages for 345600 seconds, not 1209600",
    ),
)
