"""A profile: how one province's REST face is called and what its answers mean (axis.md §11).

A TOML file without any code in it. Texts may hold `{names}`: values of the call (CALL), or of
the installation's credentials. Paths are dotted names in a JSON answer, `0` being a list's first
element and the empty path the answer itself; of several paths the first that is there counts.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.errors import AxisSettingsInvalid

CONTENT = "{content}"
"""Stands in a JSON body for the message in base64."""
_IDS = ("agency", "kind", "doc_id", "file_name")
CALL = frozenset((*_IDS, "state", "reason", "from_date", "to_date", "token", "content"))
"""Names that a call fills in; any other is one of the credentials."""
BUILT_IN = Path(__file__).parent / "profiles"
LARGEST = 256 << 10
"""Bytes of a profile."""
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SAFE_NAME = re.compile(r"[a-z0-9-]{1,40}")

Meaning = Literal[
    "refused", "unavailable", "access_denied", "login_again", "unknown_recipient", "not_found",
    "too_large", "repeat", "unknown",
]  # fmt: skip
"""What an error code says; repeat: this document was taken before; login_again: the token is over;
unavailable: nothing was done; unknown: something may have been.
"""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Body(_Part):
    """What a request carries."""

    form: Literal["none", "json", "raw", "multipart", "urlencoded"] = "none"
    """raw: the message's bytes as they are."""
    text: str = ""
    """json: the body, valid JSON whose strings may hold names."""
    type: str = "application/xml"
    """Media type of the message, in a multipart form or raw."""
    file: str = ""
    """multipart: name of the field with the message."""
    fields: dict[str, str] = Field(default_factory=dict)
    """multipart, urlencoded: the other fields."""

    @property
    def template(self) -> Any:
        """The JSON body as values."""
        return json.loads(self.text)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.form == "json":
            json.loads(self.text)
        if self.form == "multipart" and not self.file:
            raise ValueError(
                "multipart: thiếu tên trường `file` / `file` names the field with the message"
            )
        return self


class Condition(_Part):
    """One member of an answer and the texts that mean success; true is `true`."""

    at: str
    among: tuple[str, ...]


class Operation(_Part):
    """One call, and where its answer has what is asked."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    body: Body = Body()
    success: tuple[Condition, ...] | None = None
    """Else the profile's."""
    id: tuple[str, ...] = ()
    """send: the message's id."""
    rows: tuple[str, ...] = ("data",)
    """Lists: the list."""
    row: dict[str, str] = Field(default_factory=dict)
    """Lists: where a row has id, sender, recipient, kind, state, note, accepted_at, updated_at; or
    code, name, parent, email, old_code, id."""
    content: str = ""
    """fetch: the message."""
    encoding: Literal["auto", "text", "base64"] = "auto"
    """fetch: auto tells XML from base64 by its first character."""
    days: int = Field(default=30, ge=1, le=366)
    """received, asked with dates: how far back the queue is looked for."""
    kinds: frozenset[Literal["edoc", "status"]] = frozenset({"edoc", "status"})
    """confirm, reject: messages the face takes it for; the others are kept track of here."""

    @model_validator(mode="after")
    def _starts_with_slash(self) -> Self:
        if not self.path.startswith("/"):
            raise ValueError("path: bắt đầu bằng «/» / it starts with «/»")
        return self

    def texts(self) -> Iterator[str]:
        """Yield every text that may hold names."""
        yield self.path
        yield self.body.text
        for texts in (self.query, self.headers, self.body.fields):
            yield from texts.values()

    def mentions(self, name: str) -> bool:
        """Return whether the call says {name}."""
        return any(f"{{{name}}}" in text for text in self.texts())


class Login(Operation):
    """The call that gives a token."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    basic: str = ""
    """HTTP Basic, `{user}:{password}`; empty: none."""
    token: str
    """Path of the token."""
    life: str = ""
    """Path of its life in seconds; empty or not there: `life_seconds`."""
    life_seconds: int = Field(default=1800, ge=30, le=86400)


class Errors(_Part):
    """Where a refusal says why, and what its codes mean."""

    code: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    table: dict[str, Meaning] = Field(default_factory=dict)


class Operations(_Part):
    """The port's calls that the face has; what it lacks is left out."""

    send: Operation | None = None
    received: Operation | None = None
    """What waits, or what came within dates."""
    sent: Operation | None = None
    fetch: Operation | None = None
    confirm: Operation | None = None
    reject: Operation | None = None
    agencies: Operation | None = None


class Profile(_Part):
    """A province's face."""

    name: str = Field(min_length=1, max_length=100)
    """For people."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Of every call but login."""
    login: Login | None = None
    operations: Operations
    success: tuple[Condition, ...] = ()
    """All must hold, beside HTTP 2xx."""
    errors: Errors = Errors()
    kinds: dict[Literal["edoc", "status"], str] = {"edoc": "edoc", "status": "status"}
    """The face's words for a document and a status."""
    states: dict[Literal["initial", "processing", "done", "fail"], str] = {
        "initial": "initial",
        "processing": "processing",
        "done": "done",
        "fail": "fail",
    }
    """The face's words for a message's state at its recipient; read in any case."""
    dates: str = "%Y/%m/%d"
    """`strftime` form of {from_date} and {to_date}, Vietnam's time."""
    kind_in_id: bool = False
    """Documents and statuses are numbered apart: our ids say which."""
    max_size: int | None = Field(default=None, ge=1)
    """Bytes of the largest message the face takes."""

    @model_validator(mode="after")
    def _tokens_have_a_login(self) -> Self:
        uses = any("{token}" in text for text in self.headers.values())
        if uses != (self.login is not None):
            raise ValueError("{token} trong `headers` đi cùng [login] / one needs the other")
        return self

    def named(self) -> dict[str, Operation]:
        """Return the calls that there are, by name."""
        return {
            name: found
            for name in type(self.operations).model_fields
            if (found := getattr(self.operations, name)) is not None
        }

    def credentials(self) -> frozenset[str]:
        """Return the names that the installation must fill in."""
        calls = [*self.named().values(), *([self.login] if self.login else [])]
        texts = [self.login.basic] if self.login else []
        texts += [*self.headers.values(), *(text for call in calls for text in call.texts())]
        return frozenset(name for text in texts for name in _NAME.findall(text)) - CALL


def filled(text: str, values: dict[str, str]) -> str:
    """Return *text* with its names filled in; a name without a value stays as it is."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)


def read_profile(name: Path, home: Path) -> Profile:
    """Return the built-in profile *name*, or the one in the file *name*, relative to *home*.

    Raises:
        AxisSettingsInvalid: there is none, or it is wrong; says where.
    """
    built_in = BUILT_IN / f"{name}.toml"
    file = built_in if _SAFE_NAME.fullmatch(str(name)) and built_in.is_file() else home / name
    try:
        with file.open("rb") as source:
            data = source.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise AxisSettingsInvalid("profile", f"> {LARGEST} bytes")
        return Profile.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AxisSettingsInvalid(f"profile: {file.name}: {where}", first["msg"]) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AxisSettingsInvalid(f"profile: {file.name}", why) from None
