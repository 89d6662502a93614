"""Values to elements and back, by the shapes that zeep reads out of the contract's schema.

zeep walks its whole type model for every value of every message, which takes a small one
longer than all else; here the model is walked once. What comes in has met the schema.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from connectors.soap.fault import SoapFault


class Values:
    """What one element holds, by its children's names: None, or empty lists, where absent."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__ = fields

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there."""
        raise AttributeError(name)

    def __getitem__(self, name: str) -> Any:
        """Return a child's value; for names that are words of Python."""
        return self.__dict__[name]

    def __contains__(self, name: str) -> bool:
        """Return whether the element may have a child *name*."""
        return name in self.__dict__


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    tag: str
    required: bool
    repeated: bool
    shape: "Shape | None"
    """None: text only."""
    read: Callable[[str], Any]
    written: Callable[[Any], str]

    def put(self, holder: etree._Element, value: Any) -> None:
        element = etree.SubElement(holder, self.tag)
        if self.shape is None:
            element.text = self.written(value)
        else:
            self.shape.fill(element, value)

    def value_of(self, element: etree._Element) -> Any:
        if self.shape is not None:
            return self.shape.read(element)
        text = element.text
        try:
            return None if text is None else self.read(text)
        except (ValueError, ArithmeticError):
            raise SoapFault.invalid(f"{self.name}: {str(text)[:40]}") from None


class Shape:
    """An element whose children come in one order; *model* is zeep's type of it."""

    def __init__(self, model: Any) -> None:
        self._children = [_child(name, element) for name, element in model.elements]
        self._by_tag = {child.tag: child for child in self._children}

    def fill(self, holder: etree._Element, values: Mapping[str, Any]) -> None:
        """Give *holder* the children that *values* names.

        Raises:
            ValueError: one is missing, or one that the contract does not know is there.
        """
        known = 0
        for child in self._children:
            value = values.get(child.name)
            known += child.name in values
            if child.repeated:
                for one in value or ():
                    child.put(holder, one)
            elif value is not None:
                child.put(holder, value)
            if child.required and (not value if child.repeated else value is None):
                raise ValueError(f"{child.name} is missing")
        if known != len(values):
            raise ValueError(f"not in the contract: one of {', '.join(values)}")

    def read(self, holder: etree._Element) -> Values:
        """Return what *holder*, which has met the schema, says.

        Raises:
            SoapFault: a value that has no meaning here, as a year of five digits.
        """
        fields: dict[str, Any] = {
            child.name: [] if child.repeated else None for child in self._children
        }
        for element in holder:
            child = self._by_tag[str(element.tag)]
            value = child.value_of(element)
            if child.repeated:
                fields[child.name].append(value)
            else:
                fields[child.name] = value
        return Values(fields)


def _child(name: str, element: Any) -> _Child:
    kind, repeated = element.type, element.max_occurs != 1
    is_time = datetime in getattr(kind, "accepted_types", ())
    return _Child(
        name=name,
        tag=element.qname.text,
        required=element.min_occurs > 0,
        repeated=repeated,
        shape=Shape(kind) if hasattr(kind, "elements") else None,
        read=_time if is_time else kind.pythonvalue,
        written=_time_written if is_time else kind.xmlvalue,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


def _time_written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
