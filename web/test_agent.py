"""TEST ONLY: stands in for the token tool (VGCA Sign Service) on the loopback address.

`python -m web.test_agent --p12 leader.p12 --passphrase-file leader.pass [--seal-p12 …]` serves
`ws://127.0.0.1:8987/<Operation>`, or wss with --tls-cert and --tls-key. It speaks the tool's
protocol (connectors/vgca.py): one JSON string in, the file fetched, signed with a demo key and
posted, our answer relayed, one JSON string out. With --fault it misbehaves. The keys it takes
are files; it is no way to sign real documents.
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from connectors.vgca import PORT, UPLOAD_FIELD, ToolOperation
from signing import testtool
from signing.appearance import Stamp
from signing.keys import KeyHolder
from signing.pkcs12 import Pkcs12Key

VERSION = "congvan-test-agent/1"
SECONDS = 60.0
"""For one request to the office."""
CANCELLED, FAILED = 1, 2
"""The callback's `Status` where a person gave up, and where something went wrong."""


class Fault(StrEnum):
    """How the agent misbehaves."""

    NONE = "none"
    DROPS_CALLBACK = "drops-callback"
    """Closes the socket before it says how it went."""
    UPLOADS_TWICE = "uploads-twice"
    UPLOADS_OTHER = "uploads-other"
    """Another signed file, made from another one than was fetched."""
    UPLOADS_UNSIGNED = "uploads-unsigned"
    UPLOADS_MODIFIED = "uploads-modified"
    """The signed file with one byte of what was fetched changed."""
    NEVER_UPLOADS = "never-uploads"
    """And says that all went well."""
    ABORTS_UPLOAD = "aborts-upload"
    CANCELS_PIN = "cancels-pin"


class AgentRefused(Exception):
    """The agent does not do what it was asked; (status, message) for the callback."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is on the smart card: a key and the picture that it signs with."""

    key: KeyHolder = field(repr=False)
    stamp: Stamp | None = None


@dataclass(slots=True)
class Agent:
    """One tool on one machine; the person at it always agrees."""

    person: Token
    seal: Token | None = None
    """For SignIssued; the person's token without."""
    fault: Fault = Fault.NONE
    other: bytes = field(default=b"", repr=False)
    """What `UPLOADS_OTHER` signs."""
    ca: ssl.SSLContext | bool = True
    """How the office's certificate is checked."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What the office answered to uploads, in order."""

    async def serve(
        self, host: str = "127.0.0.1", port: int = PORT, tls: ssl.SSLContext | None = None
    ) -> Server:
        """Listen; the returned server is closed by the caller."""
        return await serve(self._talk, host, port, ssl=tls, max_size=1 << 20)

    async def _talk(self, page: ServerConnection) -> None:
        try:
            said = await page.recv()
            operation = page.request.path.strip("/") if page.request else ""
            answer = await self._answer(operation, str(said))
            if answer is not None:
                await page.send(json.dumps(answer, ensure_ascii=False))
        except ConnectionClosed:
            return
        finally:
            await page.close()

    async def _answer(self, operation: str, said: str) -> dict[str, Any] | None:
        """Return the callback; None where it is never sent."""
        try:
            match operation:
                case "GetVersion":
                    return {"Status": 0, "Message": "", "Version": VERSION}
                case "GetCertInfo":
                    return {"Status": 0, "Message": "", "CertBase64": _base64(self.person.key)}
                case "SignFiles":
                    return await self._batch(json.loads(said))
                case _:
                    return await self._file(ToolOperation(operation), json.loads(said))
        except AgentRefused as refusal:
            status, message = refusal.args
            return _callback(status, message)
        except (ValueError, KeyError, TypeError) as fault:
            return _callback(FAILED, f"{type(fault).__name__}: {fault}")
        except httpx.HTTPError as fault:
            return _callback(FAILED, type(fault).__name__)  # its text would hold the URL

    async def _file(
        self, operation: ToolOperation, asked: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if self.fault is Fault.CANCELS_PIN:
            raise AgentRefused(CANCELLED, "Người dùng hủy nhập PIN / PIN entry was cancelled")
        async with self._client() as client:
            reply = await self._round(client, operation, asked["FileName"], asked)
        if self.fault is Fault.DROPS_CALLBACK:
            return None
        callback = _callback(0 if reply["Status"] is True else FAILED, reply["Message"])
        relayed = ("FileName", "FileServer", "DocumentNumber", "DocumentDate")
        return callback | {name: reply[name] for name in relayed if name in reply}

    async def _batch(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Sign a list of files, each to the same handler."""
        done = []
        async with self._client() as client:
            for each in asked["Files"]:
                reply = await self._round(client, ToolOperation.SIGN_APPROVED, each["URL"], asked)
                server = reply["FileServer"] if reply["Status"] is True else ""
                done.append({"FileID": each["FileID"], "FileSignedURL": server})
        good = all(each["FileSignedURL"] for each in done)
        return _callback(0 if good else FAILED, "") | {"Files": done}

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(trust_env=False, timeout=SECONDS, verify=self.ca)

    async def _round(
        self,
        client: httpx.AsyncClient,
        operation: ToolOperation,
        url: str,
        asked: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Fetch, sign, post; return the office's answer."""
        fetched = await client.get(url)
        if fetched.status_code != httpx.codes.OK:
            raise AgentRefused(FAILED, f"HTTP {fetched.status_code}: {fetched.text[:200]}")
        if self.fault is Fault.NEVER_UPLOADS:
            return {"Status": True, "Message": "", "FileName": "", "FileServer": ""}
        base = self.other if self.fault is Fault.UPLOADS_OTHER else fetched.content
        signed = base
        if self.fault is not Fault.UPLOADS_UNSIGNED:
            signed = await asyncio.to_thread(self._signed, operation, base, asked)
        if self.fault is Fault.UPLOADS_MODIFIED:
            place = signed.index(b"obj") - 1
            signed = signed[:place] + b"\t" + signed[place + 1 :]
        if self.fault is Fault.ABORTS_UPLOAD:
            await self._abort(client, asked["FileUploadHandler"], signed)
        reply = await self._post(client, asked["FileUploadHandler"], signed)
        if self.fault is Fault.UPLOADS_TWICE:
            reply = await self._post(client, asked["FileUploadHandler"], signed)
        return reply

    def _signed(self, operation: ToolOperation, pdf: bytes, asked: Mapping[str, Any]) -> bytes:
        at = datetime.now(UTC)
        if operation is not ToolOperation.SIGN_ISSUED:
            return testtool.approve(pdf, self.person.key, self.person.stamp, at)
        token = self.seal or self.person
        day = datetime.fromisoformat(asked["IssuedDate"])
        day_text, month_text = f"{day:%d}", f"{day:%m}" if day.month < 3 else f"{day.month}"
        number = asked["DocNumber"].split("/")[0]
        return testtool.issue(pdf, token.key, token.stamp, at, number, day_text, month_text)

    async def _post(self, client: httpx.AsyncClient, url: str, signed: bytes) -> dict[str, Any]:
        files = {UPLOAD_FIELD: ("signed.pdf", signed, "application/pdf")}
        answered = await client.post(url, files=files)
        reply: dict[str, Any] = answered.json()
        self.answers.append(reply)
        if not isinstance(reply.get("Status"), bool):  # the sample handlers answer a boolean
            raise AgentRefused(FAILED, "the handler's Status is no boolean")
        return reply

    async def _abort(self, client: httpx.AsyncClient, url: str, signed: bytes) -> None:
        """Stop in the middle of an upload: the connection closes, the body is not all there."""

        async def half() -> AsyncIterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="uploadfile"; filename="a"\r\n\r\n'
            yield signed[: len(signed) // 2]
            raise AgentRefused(FAILED, "đứt kết nối / the connection broke")

        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        await client.post(url, content=half(), headers=kind)


def _callback(status: int, message: str) -> dict[str, Any]:
    empty = dict.fromkeys(("FileName", "FileServer", "DocumentNumber", "DocumentDate"), "")
    return {"Status": status, "Message": message, **empty}


def _base64(key: KeyHolder) -> str:
    return base64.b64encode(key.certificate).decode("ascii")


def token_of(p12: Path, passphrase_file: Path | None, image: Path | None = None) -> Token:
    """Return the token in a PKCS#12 file; its passphrase is in a file, `<stem>.pass` beside it.

    Raises:
        KeyUnavailable: it cannot be opened.
    """
    secret = (passphrase_file or p12.with_suffix(".pass")).read_bytes().strip()
    key = Pkcs12Key.load(p12, secret)
    picture = image or p12.with_suffix(".png")
    return Token(key, Stamp.from_png(picture.read_bytes()) if picture.exists() else None)


async def _until_stopped(agent: Agent, port: int, tls: ssl.SSLContext | None) -> None:
    server = await agent.serve(port=port, tls=tls)
    where = next(iter(server.sockets)).getsockname()[1]
    sys.stdout.write(f"TEST ONLY: {'wss' if tls else 'ws'}://127.0.0.1:{where}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m web.test_agent", description=__doc__)
    parser.add_argument("--p12", type=Path, required=True, help="the person's demo key")
    parser.add_argument("--passphrase-file", type=Path, help="<p12>.pass without")
    parser.add_argument("--seal-p12", type=Path, help="the agency's demo key, for SignIssued")
    parser.add_argument("--port", type=int, default=PORT, help="0: any free one")
    parser.add_argument("--tls-cert", type=Path, help="PEM; with --tls-key the socket is wss")
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--fault", choices=[each.value for each in Fault], default=Fault.NONE)
    arguments = parser.parse_args(argv)
    person = token_of(arguments.p12, arguments.passphrase_file)
    seal = token_of(arguments.seal_p12, None) if arguments.seal_p12 else None
    tls = None
    if arguments.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.tls_cert, arguments.tls_key)
    agent = Agent(person, seal, Fault(arguments.fault))
    try:
        asyncio.run(_until_stopped(agent, arguments.port, tls))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
