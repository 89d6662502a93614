"""The system under test: where it is, who we are to it, which agencies may be used."""

from dataclasses import dataclass, field

from connectors.conformance.case import Face


@dataclass(frozen=True, slots=True)
class Access:
    """A credential."""

    system_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tested, and with what."""

    url: str
    face: Face
    access: Access | None
    """None: the system asks for no credential."""
    agencies: tuple[str, ...]
    """The sender, then recipients; all of them ours for this test."""
    other: Access | None = None
    """A second system's credential."""
    other_agency: str = ""
    """An agency for which our credential does not speak."""
    max_size: int = 0
    """Bytes of the largest message; 0: not known."""

    @property
    def sender(self) -> str:
        """The agency that sends."""
        return self.agencies[0]

    @property
    def receivers(self) -> tuple[str, ...]:
        """The agencies that receive; the sender itself where it is the only one."""
        return self.agencies[1:] or self.agencies

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no report may show."""
        return tuple(access.secret for access in (self.access, self.other) if access)
