"""The service principals by which RDS assumes the directory role, by Region."""

from __future__ import annotations

from signon.domain.engines import Family

# "If the AWS Region is an opt-in Region, use the Region-specific service principals"; Regions since Canada West have
# one per engine, as directoryservice-postgresql.rds.ca-west-1.amazonaws.com. In China they are those of other Regions.
# The template's conditions name the same Regions: IAM refuses a role that trusts a service which it does not know.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-setting-up.html
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDS_Fea_Regions_DB-eng.Feature.KerberosAuthentication.html
_ONE_NAME = {
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2", "cn-north-1", "cn-northwest-1",
}  # fmt: skip
_PER_REGION = {
    "af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "eu-central-2",
    "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1",
}  # fmt: skip
_PER_ENGINE = {"ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "mx-central-1"}


def service_principals(region: str, family: Family) -> frozenset[str]:
    """The service principals by which RDS assumes the directory role in this Region for this family of engines; none if
    that is not known.
    """
    if region in _ONE_NAME:
        return frozenset({"directoryservice.rds.amazonaws.com", "rds.amazonaws.com"})
    if region in _PER_REGION:
        return frozenset({f"directoryservice.rds.{region}.amazonaws.com", f"rds.{region}.amazonaws.com"})
    if region in _PER_ENGINE:
        return frozenset({f"directoryservice-{family}.rds.{region}.amazonaws.com", f"rds.{region}.amazonaws.com"})
    return frozenset()


def is_settled(region: str) -> bool:
    """Whether RDS's names there are those of AWS's examples. The others follow a pattern, or another page, and are
    untried: a person may know better.
    """
    return region in _ONE_NAME and not region.startswith("cn-")
