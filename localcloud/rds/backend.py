"""What is put in the place of moto's RDS."""

from moto.rds import models

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.mending import mend
from localcloud.servers.world import World

from . import parameters, shown
from .clusters import Clusters
from .instances import Instances
from .life_cycle import LifeCycle
from .servers import new_secret, rotate


class RealServersBackend(Instances, Clusters):
    """One per account and Region, as in moto."""


def install(world: World, clock: Clock, faults: Faults) -> None:
    """From now on moto's RDS has these servers behind it and goes by this clock."""
    LifeCycle.world, LifeCycle.clock, LifeCycle.faults = world, clock, faults
    mend(models.rds_backends, backend=RealServersBackend)
    mend(models.MasterUserSecret, _generate_secret_string=new_secret, rotate_secret=rotate)
    shown.install(faults)
    parameters.install()
