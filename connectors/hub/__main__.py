"""`python -m connectors.hub`: one axis node on one port, until SIGTERM."""

import argparse
import ipaddress
import signal
import ssl
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import uvicorn

from connectors.catalogue import read_agencies
from connectors.hub.door import Door
from connectors.hub.faults import Faults
from connectors.hub.housekeeping import Housekeeping
from connectors.hub.inspection import Check
from connectors.hub.server import PATH, create_app, listening
from connectors.hub.store import MAX_SIZE, HubStore
from connectors.hub.systems import SYSTEMS, Systems
from connectors.hub.vxp_admission import WINDOW
from connectors.soap.security import Gatekeeping
from documents.errors import OfficeError

KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than our client keeps one."""
_MOST_DAYS = 366
CONNECTIONS = 1000
"""Beyond it a call is answered 503: what waits must not take all memory and descriptors."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `serve` takes."""
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ lắng nghe / address to serve")
    parser.add_argument(
        "--port", type=int, required=True, help="cổng; 0: cổng trống bất kỳ / 0: any free one"
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="thư mục của nút trục / the hub's own folder"
    )
    parser.add_argument(
        "--agencies",
        type=Path,
        help="danh mục cơ quan, JSON / the catalogue: a JSON list of agencies",
    )
    parser.add_argument(
        "--max-size",
        type=int,
        default=MAX_SIZE,
        help="số byte tối đa của một gói tin / bytes of one message",
    )
    parser.add_argument(
        "--check",
        type=Check,
        choices=tuple(Check),
        default=Check.WARN,
        help="soát phần đầu gói tin: từ chối, nhận và ghi nhật ký, không soát"
        " / a header against the format: refused, taken and audited, not looked at",
    )
    parser.add_argument(
        "--timestamp-days",
        type=float,
        default=WINDOW.days,
        help="giờ của lời gọi VXP được lệch mấy ngày"
        " / how far a VXP call's timestamp may be from now",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="không hỏi khóa, chỉ ở địa chỉ loopback"
        " / ask for no credential; on a loopback address only",
    )
    parser.add_argument(
        "--tls-certificate",
        type=Path,
        help="chứng thư TLS kèm chuỗi, PEM / PEM, with its chain",
    )
    parser.add_argument("--tls-key", type=Path, help="khóa của chứng thư TLS / its key, PEM")
    parser.add_argument(
        "--client-ca",
        type=Path,
        help="CA của chứng thư các hệ thống (mTLS), PEM"
        " / PEM: whose certificates systems may show (mTLS)",
    )


def serve(arguments: argparse.Namespace, gatekeeping: Gatekeeping | None = None) -> int:
    """Serve until SIGTERM or SIGINT, after writing the address; return the exit code."""
    try:
        _ensure_sensible(arguments)
        store = HubStore(arguments.data, max_size=arguments.max_size, check=arguments.check)
    except (ValueError, OSError, OfficeError) as error:
        return _said(error)
    try:
        listener = listening(arguments.host, arguments.port)
        if arguments.agencies is not None:
            store.put_agencies(read_agencies(arguments.agencies))
        config = _config(arguments, store, gatekeeping)
        # uvicorn stops cleanly and then raises the signal once more, for whoever handled it
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        # from here on connections wait for us: whoever reads this line may call
        scheme = "https" if arguments.tls_certificate else "http"
        sys.stdout.write(f"{scheme}://{arguments.host}:{listener.getsockname()[1]}{PATH}\n")
        sys.stdout.flush()
        with Housekeeping(store):
            uvicorn.Server(config).run(sockets=[listener])
    except (ValueError, OSError) as error:
        return _said(error)
    finally:
        store.close()
    return 0


def _config(
    arguments: argparse.Namespace, store: HubStore, gatekeeping: Gatekeeping | None
) -> uvicorn.Config:
    systems = None if arguments.open else Systems(arguments.data / SYSTEMS)
    if systems is not None and not systems.names():
        sys.stderr.write(
            "chưa đăng ký hệ thống nào / no system is registered yet: congvan hub system add\n"
        )
    config = uvicorn.Config(
        create_app(
            store,
            Faults(arguments.data),
            systems,
            gatekeeping=gatekeeping,
            timestamp_window=timedelta(days=arguments.timestamp_days),
        ),
        http=Door,
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=10,
        limit_concurrency=CONNECTIONS,
        ssl_certfile=arguments.tls_certificate,
        ssl_keyfile=arguments.tls_key,
        ssl_ca_certs=arguments.client_ca and str(arguments.client_ca),
        # a system without a certificate may still show its secret
        ssl_cert_reqs=ssl.CERT_OPTIONAL if arguments.client_ca else ssl.CERT_NONE,
    )
    config.load()  # what is wrong with the certificates is said before anybody may call
    return config


def _ensure_sensible(arguments: argparse.Namespace) -> None:
    if arguments.open and not _loopback(arguments.host):
        raise ValueError(
            f"--open không hỏi khóa, chỉ dùng ở loopback, không ở {arguments.host}"
            f" / --open asks for no credential: not on {arguments.host}, only on loopback"
        )
    if not 0 < arguments.timestamp_days <= _MOST_DAYS:
        raise ValueError(
            f"--timestamp-days: lớn hơn 0, nhiều nhất / more than 0, at most {_MOST_DAYS}"
        )
    if bool(arguments.tls_certificate) != bool(arguments.tls_key):
        raise ValueError(
            "--tls-certificate và --tls-key phải đi cùng nhau"
            " / --tls-certificate and --tls-key belong together"
        )
    if arguments.client_ca and not arguments.tls_certificate:
        raise ValueError("--client-ca cần có / needs --tls-certificate")
    if not arguments.tls_certificate and not _loopback(arguments.host):
        sys.stderr.write(
            "không có TLS thì khóa bí mật bị đọc được trên đường: đặt cổng TLS phía trước"
            " / without TLS secrets can be read on their way: put a TLS gateway before\n"
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(error: Exception) -> int:
    sys.stderr.write(f"{error}\n")
    return 2


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m connectors.hub", description=__doc__)
    add_arguments(parser)
    return serve(parser.parse_args(argv))


if __name__ == "__main__":
    raise SystemExit(main())
