"""A small world on disk for commands, and the commands called in this process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows.__main__ import main
from workflows.world import World

Congvan = Callable[..., "Said"]


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, which is one JSON document."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The stable code of what was refused."""
        return str(self.json["error"]["code"])


def make_world(folder: Path, *names: str) -> World:
    """Make the world's file around installations that lie in *folder* already."""
    world = World(folder, names, 1, None)
    world.save()
    return world


def call(capsys: Any, *words: object) -> Said:
    """Run `congvan WORDS…` in this process."""
    capsys.readouterr()
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return Said(code, said.out, said.err)
