"""Every route of the application, read from itself, and the elements of what it answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi.routing import iter_route_contexts
from lxml import html
from pydantic import BaseModel
from starlette.routing import Mount

from tests.web.counter import Counter
from web.api.interface import PREFIX
from web.application import create_app


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one address."""

    method: str
    path: str
    """With its parameters in braces."""
    fields: tuple[str, ...]
    """Of its form."""
    files: tuple[str, ...]
    query: tuple[str, ...] = ()
    """What its address must have behind the question mark."""
    pages: tuple[str, ...] = ()
    """What its address may have there."""

    @property
    def safe(self) -> bool:
        """Whether it only shows."""
        return self.method in {"GET", "HEAD"}

    @property
    def parameters(self) -> list[str]:
        """Their names."""
        return re.findall(r"{(\w+)(?::\w+)?}", self.path)

    def at(self, values: Mapping[str, str]) -> str:
        """Return the address with *values*; a parameter that has none gets `1`."""
        path = re.sub(r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], "1"), self.path)
        asked = {name: values.get(name, values.get(f"{name}_id", "1")) for name in self.query}
        return f"{path}?{urlencode(asked)}" if asked else path


def routes(counter: Counter) -> list[Route]:
    """Return every route of the application and of what is mounted in it."""
    app = create_app(counter.office)
    found = list(_routes(app.routes, ""))
    assert len(found) > 200
    assert any(each.path.startswith(PREFIX) for each in found)
    return found


def _routes(these: Sequence[Any], prefix: str) -> Iterator[Route]:
    for context in iter_route_contexts(these):
        original = context.original_route
        if isinstance(original, Mount):
            yield from _routes(original.routes or (), prefix + original.path)
            continue
        needs = getattr(original, "dependant", None)
        fields, files = _fields(needs)
        asked = needs.query_params if needs is not None else ()
        needed = tuple(each.alias for each in asked if each.field_info.is_required())
        for method in sorted((context.methods or set()) - {"HEAD"}):
            every = tuple(each.alias for each in asked)
            yield Route(method, prefix + str(context.path), fields, files, needed, every)


def _fields(dependant: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if dependant is None:
        return (), ()
    named = [each for each in dependant.body_params if "UploadFile" not in str(each.field_info)]
    files = [each.alias for each in dependant.body_params if each not in named]
    fields: list[str] = []
    for each in named:
        kind = each.field_info.annotation
        models = [t for t in (kind, *get_args(kind)) if isinstance(t, type)]
        model = next((t for t in models if issubclass(t, BaseModel)), None)
        fields += list(model.model_fields) if model is not None else [each.alias]
    return tuple(fields), tuple(files)


def elements(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return the elements of a page, or of a part of one, each with its attributes."""
    root: Any = html.document_fromstring(
        text or "<p></p>", parser=html.HTMLParser(encoding="utf-8")
    )
    for each in root.iter():
        if isinstance(each.tag, str):
            yield each.tag.lower(), {str(k).lower(): str(v) for k, v in each.attrib.items()}
