"""HTML as a tree that is written out last, so that a name from the data can never become markup."""

import re
from xml.etree.ElementTree import Element, tostring

# Control characters, surrogates, and the signs that reorder the text after them: none may leave its place in a page.
_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

Child = Element | str


def clean(text: str) -> str:
    """Return `text` with each character that could disturb what surrounds it replaced by a sign that says so."""
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text)


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """Return an element; `class_` becomes `class`, and an underscore inside a name a hyphen."""
    names = {name.rstrip("_").replace("_", "-"): clean(value) for name, value in attributes.items()}
    made = Element(tag, names)
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + clean(child)
        else:
            made.text = (made.text or "") + clean(child)
    return made


def written(root: Element) -> str:
    """Return the element as HTML."""
    return tostring(root, encoding="unicode", method="html")
