"""Profiles and credentials: what opens, what is refused, and that no secret is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.access import AxisSettings
from connectors.errors import AxisCannot, AxisSettingsInvalid
from connectors.opening import open_axis
from connectors.rest.client import RestAxis
from connectors.rest.credentials import Credentials, read_credentials
from connectors.rest.profile import BUILT_IN, Profile, read_profile
from connectors.rest.request import Source, request
from tests.connectors.axis_worlds import FIRST, message

Opened = Callable[..., tuple[Any, Any]]
SECRET = "k-h-ó-a"
MINIMAL = 'name = "x"\n[operations.fetch]\npath = "/a/{doc_id}"\ncontent = "data"\n'


def written(folder: Path, text: str) -> Path:
    (folder / "own.toml").write_text(text, "utf-8")
    return Path("own.toml")


@pytest.mark.parametrize("file", sorted(BUILT_IN.glob("*.toml")), ids=lambda file: file.stem)
def test_every_built_in_profile_says_what_is_not_known(file: Path) -> None:
    profile = read_profile(Path(file.stem), Path("/nowhere"))
    assert {"received", "fetch", "confirm"} <= profile.named().keys()
    assert "Not known" in file.read_text("utf-8")


def test_the_settings_open_the_face_by_the_name_of_its_profile(
    opened: Opened, tmp_path: Path
) -> None:
    running, _ = opened("langson")
    secret = tmp_path / "axis.toml"
    secret.write_text("".join(f'{k} = "{v}"\n' for k, v in running.face.secret.items()), "utf-8")
    secret.chmod(0o600)
    settings = AxisSettings(
        kind="rest",
        url=running.url,
        system_id="00.99.W00",
        secret=Path("axis.toml"),
        profile=Path("langson"),
    )
    axis = open_axis(settings, tmp_path)
    assert isinstance(axis, RestAxis)
    assert axis.send(message()).duplicate is False
    assert len(axis.pending([FIRST])) == 1
    axis.close()
    axis = open_axis(settings, tmp_path)
    assert axis.send(message()).duplicate
    axis.close()
    for wrong in (
        {"profile": None},
        {"profile": Path("no-such")},
        {"profile": Path("../axis.toml")},
        {"system_id": ""},
        {"url": "ftp://x"},
        {"url": ""},
        {"secret": None},
    ):
        with pytest.raises(AxisSettingsInvalid):
            open_axis(settings.model_copy(update=wrong), tmp_path)


def test_a_face_without_any_credential_needs_no_secret(tmp_path: Path) -> None:
    settings = AxisSettings(kind="rest", url="http://127.0.0.1:9", profile=Path("pvn"))
    open_axis(settings, tmp_path).close()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "name"),
        ("name = 'x'\n", "operations"),
        ("not toml", "own.toml"),
        (MINIMAL + "invented = 1\n", "invented"),
        (MINIMAL.replace("/a", "a"), "starts with «/»"),
        (MINIMAL.replace("content", "method = 'TRACE'\ncontent"), "method"),
        (MINIMAL + "[headers]\nA = '{token}'\n", "login"),
        (MINIMAL + "body = { form = 'json', text = '{' }\n", "body"),
        (MINIMAL + "body = { form = 'multipart' }\n", "file"),
        (MINIMAL + "[errors.table]\n1 = 'invented'\n", "errors.table"),
        ("a = 1\n" * 100_000, "bytes"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(AxisSettingsInvalid) as refused:
        read_profile(written(tmp_path, text), tmp_path)
    assert where in str(refused.value)


def test_what_a_profile_leaves_out_the_axis_cannot(opened: Opened, tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, MINIMAL), tmp_path)
    _, axis = opened("langson", profile=profile)
    for call in (
        lambda: axis.send(message()),
        lambda: axis.report([]),
        lambda: axis.pending([FIRST]),
        axis.agencies,
        axis.agency_changes,
    ):
        with pytest.raises(AxisCannot):
            call()


def test_credentials_are_one_secret_or_a_table_and_may_differ_by_agency() -> None:
    one = read_credentials(SECRET, "S", frozenset({"system_id", "key"}))
    assert one.of(FIRST) == {"system_id": "S", "key": SECRET}
    text = f'key = "a"\nunit = "u"\n[agency."{FIRST}"]\nkey = "{SECRET}"\n'
    table = read_credentials(text, "", frozenset({"key", "unit"}))
    assert table.of(FIRST) == {"key": SECRET, "unit": "u"}
    assert table.of("H98") == {"key": "a", "unit": "u"}
    by_agency = read_credentials('[agency.H99]\nkey = "x"\n', "", frozenset({"key"}))
    assert by_agency.of("H99") == {"key": "x"}


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f'key = "{SECRET}"\n',
        f'key = "{SECRET}"\nunit = 7\n',
        f'key = "{SECRET}"\nunit = ""\n',
        f'key = "{SECRET}"\nunit = "u"\nagency = "x"\n',
        f'key = "{SECRET}"\nunit = "u"\nagency = {{ H99 = "x" }}\n',
        f'key = "{SECRET}"\nunit = "u"\ntoken = "x"\n',
        f'key = "{SECRET}',
    ],
)
def test_wrong_credentials_are_refused_without_saying_them(text: str) -> None:
    with pytest.raises(AxisSettingsInvalid) as refused:
        read_credentials(text, "", frozenset({"key", "unit"}))
    assert SECRET not in f"{refused.value!s} {refused.value!r} {refused.value.__cause__!r}"


def test_no_secret_is_shown() -> None:
    credentials = Credentials({"key": SECRET}, {FIRST: {"key": SECRET}})
    profile = Profile.model_validate(
        {
            "name": "x",
            "operations": {
                "send": {
                    "method": "POST",
                    "path": "/{key}",
                    "query": {"k": "{key}"},
                    "headers": {"K": "abc"},
                    "body": {"form": "json", "text": '{"k": "{key}", "c": ["{content}", null, 1]}'},
                }
            },
        }
    )
    send = profile.operations.send
    assert send is not None
    made = request(send, {}, credentials.of(FIRST), Source(b"<a/>", 4))
    assert b"".join(made.payload.chunks()) == f'{{"k":"{SECRET}","c":["PGEvPg==",null,1]}}'.encode()
    assert made.payload.length == len(b"".join(made.payload.chunks()))
    assert SECRET not in repr((credentials, made)) + str(made)
