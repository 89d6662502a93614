"""Certificates are kept once, bound by word of somebody, and judged with what arrives."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from documents import certificates, directory, incoming, ledger
from documents.arrival import Arrival
from documents.capacity import Printed
from documents.certificates import CertificateNotSeen, Claim
from documents.credential import Binding, Credential
from documents.database import Database
from documents.document import Agency
from documents.incoming import Finding
from documents.ledger import SYSTEM
from documents.provenance import Signs
from documents.tables import CertificateRow, DocumentRow, ParcelRow

DAY = timedelta(days=1)
MINISTRY = Agency("G01", "Bộ Nội vụ", "BNV", "Hà Nội")


@pytest.fixture
def make_credential(at: datetime) -> Callable[..., Credential]:
    """Return a maker of certificates: a digit to tell them apart, and their names."""

    def make(digit: str, name: str, *organisations: str) -> Credential:
        validity = (at - 300 * DAY, at + 300 * DAY)
        return Credential(digit * 64, name, organisations, digit, "CN=CA", *validity)

    return make


MakeCredential = Callable[..., Credential]


def bind(office: Database, claim: Claim, at: datetime) -> Binding:
    with office.writing() as session:
        return certificates.bind(session, claim, SYSTEM, "H99.01", at)


def test_a_certificate_is_kept_once_as_it_was_first_seen(
    office: Database, make_credential: MakeCredential, at: datetime
) -> None:
    seal = make_credential("a", "Bộ Nội vụ", "Chính phủ")
    for moment, sender in ((at, "G01"), (at + DAY, "G02")):
        with office.writing() as session:
            certificates.see(session, seal, sender, moment)
    with office.reading() as session:
        (known,) = certificates.listed(session, 10, unbound=True)
        assert (known.credential, known.seen_from, known.seen_at) == (seal, "G01", at)
        assert certificates.bindings(session, ["a" * 64, "b" * 64]) == {"a" * 64: []}
    with pytest.raises(DatabaseError, match="append-only"), office.writing() as session:
        session.execute(text("UPDATE certificate SET name = 'x'"))


def test_the_newest_word_about_a_holder_counts_and_the_ledger_has_all(
    office: Database, make_credential: MakeCredential, at: datetime
) -> None:
    seal = make_credential("a", "VT-S1")
    with office.writing() as session:
        certificates.see(session, seal, "", at)
    bind(office, Claim(seal.sha256, "000.00.01.H99"), at)
    bind(office, Claim(seal.sha256, "H99.01", "H99.01-leader", since=at), at + DAY)
    bind(office, Claim(seal.sha256, "H99.01", bound=False, reason="mất"), at + 2 * DAY)
    with office.reading() as session:
        (mine,) = certificates.bindings(session, [seal.sha256]).values()
        held = {(each.organ_id, each.person_id): each.bound for each in mine}
        assert held == {("H99.01", ""): False, ("H99.01", "H99.01-leader"): True}
        assert certificates.listed(session, 10, unbound=True) == []
        steps = [(row.step, row.evidence) for row in ledger.history(session, "")]
        assert [step for step, _ in steps] == [
            *("bind_certificate", "bind_certificate", "unbind_certificate")
        ]
        assert {evidence for _, evidence in steps} == {seal.sha256}


@pytest.mark.parametrize("digits", ["aaaaaaa", "cccccccc", "a%aaaaaa", "", "không phải"])
def test_a_certificate_is_named_by_enough_of_its_digits(
    digits: str, office: Database, make_credential: MakeCredential, at: datetime
) -> None:
    with office.writing() as session:
        certificates.see(session, make_credential("a", "A"), "", at)
    with office.reading() as session:
        assert certificates.beginning(session, "AAAA:AAAA").name == "A"
        with pytest.raises(CertificateNotSeen):
            certificates.beginning(session, digits)
    with pytest.raises(CertificateNotSeen):
        bind(office, Claim("f" * 64, "H99.01"), at)


# --- what arrives -------------------------------------------------------------------------------


@pytest.fixture
def verified(
    office: Database, make_arrival: Callable[..., Arrival], at: datetime
) -> Callable[..., DocumentRow]:
    """Return what enters a document from the ministry and verifies it: `verified(signs)`."""
    with office.writing() as session:
        directory.put_agency(session, MINISTRY)

    def verify(signs: Signs, **given: object) -> DocumentRow:
        arrival = make_arrival(**given)
        with office.writing() as session:
            parcel = ParcelRow(
                organ_id=arrival.organ_id,
                axis_id=arrival.axis_id,
                kind="edoc",
                sender="G01",
                sha256=arrival.message_sha256,
                fetched_at=at,
                outcome="stored",
            )
            incoming.keep_parcel(session, parcel)
            document_id = incoming.arrived(session, arrival, at)
            incoming.verified(session, document_id, Finding("TOTAL-PASSED", {}, "", signs), at)
        with office.reading() as session:
            return session.get_one(DocumentRow, document_id)

    return verify


BLOCK = Printed.of(["BỘ TRƯỞNG"], "Trần Thị B")


def codes(row: DocumentRow) -> list[str]:
    return [warning.split(":")[0].removeprefix("authority.") for warning in row.warnings]


def test_what_fits_is_not_flagged(
    verified: Callable[..., DocumentRow], make_credential: MakeCredential
) -> None:
    signs = Signs(
        BLOCK,
        make_credential("a", "Trần Thị B", "Bộ Nội vụ"),
        make_credential("b", "BỘ NỘI VỤ", "Chính phủ"),
    )
    row = verified(signs)
    assert (row.state, row.warnings) == ("verified", [])


@pytest.mark.parametrize(
    ("lines", "given", "expected"),
    [
        (["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], {"signer_position": "Thứ trưởng"}, []),
        (["THỨ TRƯỞNG"], {"signer_position": ""}, ["capacity_missing"]),
        (["KT. BỘ TRƯỞNG", "BỘ TRƯỞNG"], {}, ["not_deputy"]),
        (["TUQ. BỘ TRƯỞNG", "KT. VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG"], {}, ["position", "redelegated"]),
        (["BỘ TRƯỞNG"], {"signer_name": "Trần Thị C"}, ["signer"]),
        (["BỘ TRƯỞNG"], {"signer_competence": "TM. CHÍNH PHỦ"}, ["capacity"]),
        (["TM. BỘ NỘI VỤ", "BỘ TRƯỞNG"], {}, []),
    ],
)
def test_a_block_is_judged_by_itself_and_against_the_message(
    lines: list[str],
    given: dict[str, str],
    expected: list[str],
    verified: Callable[..., DocumentRow],
) -> None:
    row = verified(Signs(Printed.of(lines, "Trần Thị B")), **given)
    assert row.state == "verified"
    found = [code.removeprefix("message.").removesuffix("_differs") for code in codes(row)]
    assert found == expected


def test_a_stranger_signs_and_seals_under_a_flag_with_both_names(
    verified: Callable[..., DocumentRow], make_credential: MakeCredential
) -> None:
    signs = Signs(
        BLOCK,
        make_credential("a", "Lê Văn C", "Bộ Nội vụ"),
        make_credential("b", "Bộ Ngoại giao"),
    )
    row = verified(signs)
    assert codes(row) == ["certificate_unknown"] * 2
    assert "Lê Văn C" in row.warnings[0]
    assert "Trần Thị B" in row.warnings[0]
    assert "Bộ Ngoại giao" in row.warnings[1]
    assert all(len(warning) <= 300 for warning in row.warnings)


def test_a_seal_on_record_decides(
    office: Database,
    verified: Callable[..., DocumentRow],
    make_credential: MakeCredential,
    at: datetime,
) -> None:
    seal = make_credential("b", "Bộ Nội vụ")
    with office.writing() as session:
        certificates.see(session, seal, "", at)
    bind(office, Claim(seal.sha256, "H99.03"), at)
    row = verified(Signs(BLOCK, None, seal))
    assert (row.state, row.error_code) == ("quarantined", "incoming.quarantined")
    assert "H99.03" in (row.error_text or "")
    # one certificate may serve two agencies, as an office that seals for its council
    bind(office, Claim(seal.sha256, "G01"), at)
    other = {"axis_id": "m-2", "message_sha256": "c" * 64, "document_key": "k2"}
    assert verified(Signs(BLOCK, None, seal), **other).state == "verified"


def test_an_odd_certificate_is_kept_whatever_its_names(
    office: Database,
    verified: Callable[..., DocumentRow],
    make_credential: MakeCredential,
) -> None:
    odd = make_credential("e", "\ufffd«%s» {0}\u202e", *("x" * 200 for _ in range(8)))
    row = verified(Signs(BLOCK, replace(odd, sha256="d" * 64), odd))
    assert row.state == "verified"
    assert set(codes(row)) == {"certificate_unknown"}
    with office.reading() as session:
        assert session.query(CertificateRow).count() == 2
