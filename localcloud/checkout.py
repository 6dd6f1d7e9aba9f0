"""The checkout that this is a part of."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
