"""The account of a cloud whose functions, or some of their calls, run under the SAM CLI."""

import os
import sys

# The SAM CLI's emulator puts no other into the ARN of a function, and a function takes that account for its own.
ACCOUNT = "012345678912"


def select() -> None:
    """From now on moto's account is this one. Raises RuntimeError where its services have taken another."""
    if "moto.iam.models" in sys.modules and sys.modules["moto.core.models"].DEFAULT_ACCOUNT_ID != ACCOUNT:
        raise RuntimeError("A cloud that the SAM CLI uses must be the first one in its process")
    import moto.core.models

    for module in (moto.core, moto.core.models):
        setattr(module, "DEFAULT_ACCOUNT_ID", ACCOUNT)  # noqa: B010  (mypy knows only the one it names)
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
