"""What is put in the place of moto's RDS."""

from moto.core import errors
from moto.rds import models
from moto.utilities.utils import CaseInsensitiveDict

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.moto_patches import patch
from localcloud.servers.world import World

from . import parameters, shown
from .clusters import Clusters
from .instances import Instances
from .life_cycle import LifeCycle
from .servers import new_secret, rotate

# Codes that any call may be answered with; moto warns of those that it does not find in RDS's own model.
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html
COMMON_ERRORS = {"InternalFailure", "RequestLimitExceeded", "ServiceUnavailable", "Throttling"}


class RealServersBackend(Instances, Clusters):
    """One per account and Region, as in moto."""


def install(world: World, clock: Clock, faults: Faults) -> None:
    """From now on moto's RDS has these servers behind it and goes by this clock."""
    LifeCycle.world, LifeCycle.clock, LifeCycle.faults = world, clock, faults
    patch(models.rds_backends, backend=RealServersBackend)
    _read_while_it_changes()
    patch(models.MasterUserSecret, _generate_secret_string=new_secret, rotate_secret=rotate)
    shown.install(faults)
    patch(errors, COMMON_ERROR_CODES=sorted({*errors.COMMON_ERROR_CODES, *COMMON_ERRORS}))
    parameters.install()


def _read_while_it_changes() -> None:
    """Listing databases while another thread makes or deletes one shows them as they were at that moment. moto
    would fail, and answer 500.
    """
    patch(
        CaseInsensitiveDict,
        __iter__=lambda them: iter([name for name, _ in list(them._store.values())]),
        values=lambda them: [value for _, value in list(them._store.values())],
        items=lambda them: list(them._store.values()),
    )
