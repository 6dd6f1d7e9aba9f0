"""Makes text from others safe to print on a terminal."""


def printable(text: str) -> str:
    r"""The text on one line, with an escape (as \n, \x1b) for each character that moves a cursor or cannot be seen."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
