"""HTML that cannot be broken by what is put into it: text is escaped where it becomes part of an element.

Text with a character that cannot be seen, as one that turns the direction of writing, is refused.
"""

from __future__ import annotations

from html import escape

from signon.domain.kit.quoting import one_line

_VOID = {"meta", "input"}


class Html(str):
    """Markup of ours, which is not escaped again."""

    __slots__ = ()


def element(kind: str, /, *children: str, **attributes: str) -> Html:
    """An element with text and elements in it; ``class_`` and ``for_`` are attributes. Raises Unquotable."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(one_line(value))}"' for key, value in attributes.items()
    )
    if kind in _VOID:
        return Html(f"<{kind}{written}>")
    return Html(f"<{kind}{written}>{''.join(map(_escaped, children))}</{kind}>")


def _escaped(child: str) -> str:
    return child if isinstance(child, Html) else escape("\n".join(map(one_line, child.split("\n"))))
