"""Who may write what we remember having made."""

from __future__ import annotations

from localcloud.iam.needs import NEEDS, Asked
from tests.contract.project import TEMPLATE

UPDATE = ("dynamodb", "UpdateItem")


def test_create_logins_may_write_what_it_has_made_and_nothing_else_of_an_item() -> None:
    (policy,) = TEMPLATE["Resources"]["CreateLoginsRole"]["Properties"]["Policies"]
    (statement,) = [each for each in policy["PolicyDocument"]["Statement"] if "UpdateItem" in str(each)]
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["database", "kind", "made"]}
    }


def test_the_local_cloud_knows_the_attributes_of_an_update() -> None:
    asked = {
        "TableName": "t",
        "Key": {"database": {"S": "db-1"}, "kind": {"S": "made"}},
        "UpdateExpression": "SET #made = :made, holder = :me REMOVE again",
        "ConditionExpression": "attribute_not_exists(claimed_at) OR holder = :me",
        "ExpressionAttributeNames": {"#made": "made"},
    }
    (maker,) = NEEDS[UPDATE]
    (need,) = maker(Asked(UPDATE, "1", "us-east-1", asked))
    assert need.values("dynamodb:Attributes") == ("again", "claimed_at", "database", "holder", "kind", "made")
