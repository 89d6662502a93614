"""Which style a message goes out in: the axis's own, or what all of its recipients want alike.

Source: axis.md §4.1 and §14: receivers differ in what they take. One message has one form, so
that recipients of different wishes get the axis's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.access import AxisSettings
from connectors.edxml.style import JAVA_SDK, STYLES, WriterStyle, load_styles
from connectors.errors import AxisSettingsInvalid
from documents.catalogue_codes import ancestors, read


@dataclass(frozen=True, slots=True)
class Styles:
    """The axis's style, and those of partners by their codes."""

    axis: WriterStyle = JAVA_SDK
    partners: Mapping[str, WriterStyle] = field(default_factory=dict)
    """By the code of an agency; it holds for all agencies below it that have none of their own."""

    def of(self, recipients: Iterable[str]) -> WriterStyle:
        """Return the style of a message to *recipients*, codes of agencies."""
        if not self.partners:
            return self.axis
        wanted = {self._partner(code) for code in recipients}
        return wanted.pop() if len(wanted) == 1 else self.axis

    def _partner(self, code: str) -> WriterStyle:
        for each in (code, *ancestors(code), read(code).top):
            if each in self.partners:
                return self.partners[each]
        return self.axis


def open_styles(settings: AxisSettings, home: Path) -> Styles:
    """Return the styles that *settings* name, their files relative to *home*.

    Raises:
        AxisSettingsInvalid: one of them is not there, or is wrong.
    """
    partners = {code: named_style(name, home) for code, name in settings.styles.items()}
    return Styles(named_style(settings.style, home), partners)


def named_style(name: str, folder: Path) -> WriterStyle:
    """Return a style that has a name, or one of a TOML file: `partners.toml` or `…:lang-son`.

    Which table of the file is meant need not be said where it has one only.

    Raises:
        AxisSettingsInvalid: there is no such style, or it is wrong.
    """
    if name in STYLES:
        return STYLES[name]
    file, _, table = name.rpartition(".toml:")
    path = folder / (f"{file}.toml" if file else name)
    if path.suffix != ".toml":
        raise AxisSettingsInvalid("style", f"{name}: {', '.join(STYLES)}, FILE.toml")
    found = load_styles(path)
    own = [each for each in found if each not in STYLES]
    if not file and len(own) == 1:
        table = own[0]
    if table not in found:
        raise AxisSettingsInvalid("style", f"{name}: {path.name}:{{{', '.join(found)}}}")
    return found[table]
