"""Word processors' files to PDF, through LibreOffice without a screen.

A hostile file meets a fresh profile with macros and link updates off, a dead
proxy, limits on memory, time and output, and a process group killed whole.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from drafting.errors import ConversionFailed, NoConverter

PATIENCE = 90.0
"""Seconds for one file; a cold start on a busy machine takes ten."""
_MEMORY = 4 << 30  # bytes of address space; LibreOffice maps about one
_OUTPUT = 200 << 20  # bytes of any one file written

_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "1"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def to_pdf(data: bytes, name: str, suffix: str, *, patience: float = PATIENCE) -> bytes:
    """Return *data* as PDF.

    Args:
        data: the file.
        name: for messages.
        suffix: what the content is: doc, docx, odt or rtf.
        patience: seconds.

    Raises:
        NoConverter: LibreOffice is not installed.
        ConversionFailed: it gave no PDF in time.
    """
    soffice = shutil.which("soffice")
    if soffice is None:
        raise NoConverter(name)
    with TemporaryDirectory(prefix="congvan-word-", ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        source = here / f"draft.{suffix}"
        source.write_bytes(data)
        _write_profile(here / "profile")
        _run(_command(soffice, here, source, patience), here, name, patience)
        try:
            return (here / "draft.pdf").read_bytes()
        except FileNotFoundError:
            raise ConversionFailed(name, "không có kết quả / no output") from None


def _command(soffice: str, here: Path, source: Path, patience: float) -> list[str]:
    limits = [f"--as={_MEMORY}", f"--fsize={_OUTPUT}", f"--cpu={int(patience) + 1}", "--core=0"]
    return [
        *(
            "prlimit",
            *limits,
            "--",
            soffice,
            f"-env:UserInstallation={(here / 'profile').as_uri()}",
        ),
        *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"),
        *("--convert-to", "pdf:writer_pdf_Export", "--outdir", str(here), str(source)),
    ]


def _run(command: list[str], here: Path, name: str, patience: float) -> None:
    environment = {"PATH": os.defpath, "HOME": str(here), "TMPDIR": str(here), "LANG": "C.UTF-8"}
    process = subprocess.Popen(  # noqa: S603  (a fixed program, arguments of our own making)
        command,
        cwd=here,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        raise ConversionFailed(name, f"quá {patience:g} giây / timed out") from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group: soffice is a launcher, and the office outlives it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{key}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, key, value in _SETTINGS
    )
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">' + items + "</oor:items>",
        encoding="utf-8",
    )
