"""Orders and transactions as text, to be kept while a person takes their time.

Nothing secret is in them. What comes back from a store is checked like any other input.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors.remote.service import (
    Progress,
    RemoteCredential,
    SigningOrder,
    State,
    ToSign,
    Transaction,
)


def order_text(order: SigningOrder) -> str:
    """Return *order* as JSON."""
    return json.dumps(_plain(asdict(order)), ensure_ascii=False)


def order_of(text: str) -> SigningOrder:
    """Return the order in *text*.

    Raises:
        ValueError: it is not what `order_text` writes.
    """
    return _order(_loaded(text))


def transaction_text(transaction: Transaction) -> str:
    """Return *transaction*, which waits or is signed, as JSON.

    Raises:
        ValueError: it ended without a signature: its fault is what is to be kept.
    """
    if transaction.progress.fault is not None:
        raise ValueError("a transaction that failed is over")
    kept = {
        "order": asdict(transaction.order),
        "reference": transaction.reference,
        "signatures": list(transaction.progress.signatures),
    }
    return json.dumps(_plain(kept), ensure_ascii=False)


def transaction_of(text: str) -> Transaction:
    """Return the transaction in *text*.

    Raises:
        ValueError: it is not what `transaction_text` writes.
    """
    kept = _loaded(text)
    try:
        signatures = tuple(map(b64decode, kept["signatures"]))
        state = State.SIGNED if signatures else State.WAITING
        progress = Progress(state, signatures)
        return Transaction(_order(kept["order"]), str(kept["reference"]), progress)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a transaction: {error}") from error


def _loaded(text: str) -> dict[str, Any]:
    kept = json.loads(text)
    if not isinstance(kept, dict):
        raise ValueError("not an object")
    return kept


def _order(kept: dict[str, Any]) -> SigningOrder:
    try:
        credential = dict(kept["credential"])
        credential["certificate"] = b64decode(credential["certificate"])
        credential["chain"] = tuple(map(b64decode, credential["chain"]))
        for name in ("key_oids", "algorithms", "typed"):
            credential[name] = tuple(map(str, credential.get(name, ())))
        items = tuple(
            ToSign(**{**one, "digest": b64decode(one["digest"])}) for one in kept["items"]
        )
        return SigningOrder(
            **{
                **kept,
                "credential": RemoteCredential(**credential),
                "items": items,
                "placed_at": datetime.fromisoformat(kept["placed_at"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an order: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value
