"""Under which names moto looks for each field of an answer in its objects, found out once.

moto derives them for each field of each object anew, which takes a fourth of the time that a description takes; and for
each call all methods of the class that answers it.
"""

import functools
from collections.abc import Iterable

from botocore.model import Shape
from moto.core import responses
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker

from localcloud.moto_patches import patch

_moto_keys = XFormedAttributePicker.get_possible_keys
_known: dict[tuple[type, str, Shape], tuple[str, ...]] = {}


def install() -> None:
    """From now on they are remembered: they follow from the object's class, the field and its shape."""
    patch(XFormedAttributePicker, get_possible_keys=_keys)
    patch(responses, method_names_from_class=_methods)


def _keys(picker: XFormedAttributePicker, context: AttributePickerContext) -> Iterable[str]:
    what = (type(context.obj), context.key, context.shape)
    if (known := _known.get(what)) is None:
        known = _known[what] = tuple(dict.fromkeys(_moto_keys(picker, context)))
    return known


_methods = functools.cache(responses.method_names_from_class)
