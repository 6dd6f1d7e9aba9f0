"""A program that starts a whole world, prints its home and waits: test_worlds.py kills it."""

import signal

from localcloud.servers import World
from localcloud.servers.machine import Machine
from tests.integration.servers.accounts import DOMAIN, HOST, MASTER

with World(Machine.read()) as world:
    world.start_directory(DOMAIN)
    world.mysql("payments", HOST, *MASTER)
    world.postgresql_replica("ledger-2", [f"2.{HOST}"], world.postgresql("ledger", [f"1.{HOST}"], *MASTER))
    print(world.home, flush=True)
    signal.pause()
