"""What outlives the stack, and how long a name the stack may have."""

from __future__ import annotations

import re

import pytest

from localcloud.deploy.quotas import NAMES
from tests.contract.project import RESOURCES, TEMPLATE
from tests.contract.reach import ROOT

KEPT = {
    "Records": "what was done to which database",
    "Profiles": "what may be done",
    "Kits": "what people connect with",
    "Plans": "what was to be changed",
    "LockLeaversLogs": "every SQL statement",
    "CreateLoginsLogs": "every SQL statement",
}
LONGEST_REGION = "ap-southeast-1"
LONGEST_STACK = 32
DEPLOYING = (ROOT / "docs/deploying.md").read_text()
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
CLOUDWATCHS = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}  # fmt: skip


def test_what_outlives_the_stack_does_so_once_the_stack_was_there() -> None:
    policies = {name: (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy")) for name, each in RESOURCES.items()}
    kept = {name: each for name, each in policies.items() if each != (None, None)}
    assert kept == dict.fromkeys(KEPT, ("RetainExceptOnCreate", "Retain"))


def test_what_outlives_the_stack_is_not_in_the_way_of_a_later_one_of_the_same_name() -> None:
    """A name that CloudFormation makes up, or one that has the stack's id in it."""
    assert not any("Name" in key for name in KEPT for key in RESOURCES[name]["Properties"] if key != "LogGroupName")
    logs = [RESOURCES[name]["Properties"]["LogGroupName"] for name in KEPT if name.endswith("Logs")]
    assert all("AWS::StackId" in str(name) for name in logs)


def test_the_table_of_records_is_protected_unless_somebody_says_otherwise() -> None:
    assert TEMPLATE["Parameters"]["ProtectRecords"]["Default"] == "true"
    assert TEMPLATE["Conditions"]["ProtectsRecords"] == {"Fn::Equals": [{"Ref": "ProtectRecords"}, "true"]}
    assert RESOURCES["Records"]["Properties"]["DeletionProtectionEnabled"] == {
        "Fn::If": ["ProtectsRecords", True, False]
    }


def test_logs_are_kept_for_a_time_that_cloudwatch_takes() -> None:
    assert set(TEMPLATE["Parameters"]["LogRetentionDays"]["AllowedValues"]) == CLOUDWATCHS


AS_SAM_WRITES_THEM = {
    "AWS::Serverless::Function": NAMES["AWS::Lambda::Function"],
    "AWS::Serverless::LayerVersion": NAMES["AWS::Lambda::LayerVersion"],
    "AWS::Serverless::StateMachine": ("Name", "name", 80),
}


def names() -> list[tuple[str, str, int]]:
    """(logical id, the name as the template writes it, the longest that AWS takes)"""
    schedule = RESOURCES["SweepDatabases"]["Properties"]["Events"]["Hourly"]["Properties"]["Name"]["Fn::Sub"]
    found = [("Hourly", schedule, NAMES["AWS::Scheduler::Schedule"][2])]
    for logical_id, resource in RESOURCES.items():
        key, _, longest = {**NAMES, **AS_SAM_WRITES_THEM}.get(resource["Type"], ("", "", 0))
        match resource.get("Properties", {}).get(key):
            case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
                found.append((logical_id, text.replace("${Id}", "i" * 36), longest))
    return found


@pytest.mark.parametrize(("logical_id", "text", "longest"), names(), ids=str)
def test_a_name_fits_where_the_stack_has_the_longest_name_that_the_page_allows(
    logical_id: str, text: str, longest: int
) -> None:
    filled = text.replace("${AWS::StackName}", "s" * LONGEST_STACK).replace("${AWS::Region}", LONGEST_REGION)
    assert "${" not in filled, logical_id
    assert len(filled) <= longest, logical_id


def test_the_page_says_the_longest_name_of_a_stack() -> None:
    (said,) = re.findall(r"The stack's name may have (\d+) characters", DEPLOYING)
    room = [
        longest - len(re.sub(r"\$\{AWS::StackName\}", "", text).replace("${AWS::Region}", LONGEST_REGION))
        for _, text, longest in names()
    ]
    assert int(said) == LONGEST_STACK == min(room)
