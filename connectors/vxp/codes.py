"""Which codes are one agency's, by the axis's own catalogue: wires use an old or a new one."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.axis import AgencyEntry, Track
from connectors.catalogue import Catalogue

_LIFE = timedelta(hours=12)


class Codes:
    """The catalogue that *entries* asks for, when it is needed, and anew after a while."""

    def __init__(
        self, entries: Callable[[], Iterable[AgencyEntry]], clock: Callable[[], datetime]
    ) -> None:
        self._entries = entries
        self._clock = clock
        self._held: tuple[datetime, Catalogue] | None = None

    def forget(self) -> None:
        """Ask anew the next time."""
        self._held = None

    def _catalogue(self) -> Catalogue:
        now, held = self._clock(), self._held
        if held is None or now - held[0] > _LIFE:
            held = self._held = now, Catalogue(self._entries())
        return held[1]

    def same(self, some: Collection[str], others: Collection[str]) -> bool:
        """Return whether both are codes of the same agencies."""
        return set(some) == set(others) or self.organ_ids(some) == self.organ_ids(others)

    def organ_ids(self, codes: Iterable[str]) -> set[str]:
        """Return what *codes* are called now."""
        return {*map(self._catalogue().organ_id, codes)}

    def renewed(self, tracks: Iterable[Track]) -> list[Track]:
        """Return *tracks* with the codes that the catalogue has now."""
        organ_id = self._catalogue().organ_id
        return [
            replace(track, sender=organ_id(track.sender), recipient=organ_id(track.recipient))
            for track in tracks
        ]

    def own(
        self, tracks: list[Track], agencies: Sequence[str], code: Callable[[Track], str]
    ) -> list[Track]:
        """Return those of *tracks* whose *code* is of *agencies*, whichever of theirs it is."""
        if not tracks or not agencies:
            return []
        if {code(track) for track in tracks} <= {*agencies} and len(agencies) == 1:
            return tracks
        wanted = self.organ_ids(agencies)
        return [track for track in self.renewed(tracks) if code(track) in wanted]
