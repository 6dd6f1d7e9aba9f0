"""Templates that keep logs, messages and files badly."""

from __future__ import annotations

from lint.rules import keeping
from tests.contract.template_rules.breaking import Broken, properties, statement_of

TLS = "Kits and its objects can be reached without TLS: deny s3:* where aws:SecureTransport is false"

CASES = (
    Broken(
        keeping.logs_are_kept_for_a_time_that_somebody_chose,
        properties("MakePlanLogs", RetentionInDays=None),
        "MakePlanLogs keeps its logs forever: give it RetentionInDays",
    ),
    Broken(
        keeping.every_function_logs_to_a_group_of_its_own,
        properties("MakePlan", LoggingConfig=None),
        "MakePlan has no log group of this stack: give it LoggingConfig",
    ),
    Broken(
        keeping.every_function_logs_to_a_group_of_its_own,
        properties("MakePlan", LoggingConfig={"LogGroup": "DescribeDatabaseLogs"}),
        "MakePlan logs to DescribeDatabaseLogs, as DescribeDatabase does",
    ),
    Broken(
        keeping.a_state_machine_logs_its_errors_and_no_data,
        properties("OnboardDatabase", LoggingConfiguration=None),
        "OnboardDatabase logs nothing",
    ),
    Broken(
        keeping.a_state_machine_logs_its_errors_and_no_data,
        lambda resources: resources["OnboardDatabase"]["Properties"]["LoggingConfiguration"].update(
            IncludeExecutionData=True
        ),
        "OnboardDatabase logs its inputs and outputs, which contain people's names",
    ),
    Broken(
        keeping.what_is_stored_is_encrypted,
        properties("LostEvents", SqsManagedSseEnabled=None),
        "LostEvents: a queue needs SqsManagedSseEnabled",
    ),
    Broken(
        keeping.what_is_stored_is_encrypted,
        properties("Outcomes", KmsMasterKeyId=None),
        "Outcomes: a topic needs KmsMasterKeyId",
    ),
    Broken(
        keeping.what_is_stored_is_encrypted,
        properties("Records", SSESpecification={"SSEEnabled": False}),
        "Records: a table needs SSESpecification",
    ),
    Broken(
        keeping.what_is_stored_is_encrypted,
        properties("Kits", BucketEncryption=None),
        "Kits: a bucket needs BucketEncryption",
    ),
    Broken(
        keeping.a_bucket_is_never_public,
        lambda resources: resources["Profiles"]["Properties"]["PublicAccessBlockConfiguration"].update(
            BlockPublicPolicy=False
        ),
        "Profiles lacks BlockPublicPolicy",
    ),
    Broken(
        keeping.a_bucket_refuses_access_without_tls,
        lambda resources: resources.pop("KitsOnlyByTls"),
        TLS,
    ),
    Broken(
        keeping.a_bucket_refuses_access_without_tls,
        statement_of("KitsOnlyByTls", Resource="arn:aws:s3:::Kits"),
        TLS,
    ),
    Broken(
        keeping.a_bucket_refuses_access_without_tls,
        statement_of("KitsOnlyByTls", Effect="Allow"),
        TLS,
    ),
)
