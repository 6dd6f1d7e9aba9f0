"""What differs between AWS's partitions beside the `aws` of an ARN: the domain that endpoints end with."""

from moto.utilities.utils import get_partition

SUFFIXES = {"aws-cn": "amazonaws.com.cn"}  # in AWS GovCloud it is that of the other Regions


def url_suffix(region: str) -> str:
    """`AWS::URLSuffix` of a Region.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    return SUFFIXES.get(get_partition(region), "amazonaws.com")
