"""What differs between AWS's partitions besides the `aws` of an ARN: the domain that endpoints end with."""

from moto.utilities.utils import get_partition

SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}  # AWS GovCloud (US) has that of other Regions


def url_suffix(region: str) -> str:
    """`AWS::URLSuffix` of a Region.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    return SUFFIXES.get(get_partition(region), "amazonaws.com")
