"""Who may not sign does not, and nothing changes; what arrives without authority is flagged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.memory_axis import InMemoryAxis
from documents import certificates, delegations, directory
from documents.certificates import Claim
from documents.delegations import Grant
from documents.document import Competence, DocumentType, Person, Role
from documents.ledger import SYSTEM
from documents.lifecycle import Direction
from documents.tables import CertificateRow, DocumentRow
from schemas.edxml import SignerInfo
from signing.credentials import credential
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    letter_of,
    person_of,
    receive,
    seal_of,
    steps_of,
)
from tests.workflows.small_world import RECIPIENTS, put
from tests.workflows.worlds import Said
from workflows import drafts, issuance
from workflows.drafts import Order
from workflows.office import Office

CHAIR = leader_of(PROVINCE)
HEAD = leader_of(HOME_AFFAIRS)


def seat(office: Office, person: Person, key: str) -> None:
    with office.database.writing() as session:
        directory.put_person(session, person, signing_key=key)


def held(office: Office, document_id: str, state: str) -> str:
    """Assert that the document waits in *state* with nothing changed; return the error's code."""
    row = document(office, document_id)
    assert (row.state, row.held) == (state, True)
    assert row.error_text is not None
    assert " / " in row.error_text
    assert_sound(office)
    return row.error_code or ""


def test_a_block_that_is_not_the_signers_is_refused_before_signing(office: Office) -> None:
    printed = replace(
        CHAIR,
        position="Phó Chủ tịch",
        competence=Competence.DEPUTY,
        competence_line="KT. CHỦ TỊCH",
    )
    letter = letter_of(PROVINCE, signer=printed)
    order = Order(
        *(PROVINCE, DocumentType.DECISION, "Về việc kiểm tra", RECIPIENTS, CHAIR.id),
    )
    document_id = approve(office, drafts.hand_in_composed(office, order, letter))
    before, steps = document(office, document_id), steps_of(office, document_id)
    issuance.sign(office, [document_id])
    assert held(office, document_id, "approved") == "authority.position_differs"
    after = document(office, document_id)
    assert (after.current_sha256, after.version) == (before.current_sha256, before.version)
    assert steps_of(office, document_id) == steps
    # once the directory says what is printed, the same file may be signed
    seat(office, printed, CHAIR.id)
    with office.database.writing() as session:
        session.get_one(DocumentRow, document_id).held = False
    issue(office, [document_id])
    assert document(office, document_id).state == "dispatched"


def test_a_key_of_another_person_signs_nothing(office: Office) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    seat(office, CHAIR, HEAD.id)
    issuance.sign(office, [document_id])
    assert held(office, document_id, "approved") == "authority.certificate_unknown"
    assert HEAD.full_name in (document(office, document_id).error_text or "")


def test_a_delegation_that_is_revoked_before_signing_signs_nothing(office: Office) -> None:
    unit = replace(
        person_of(HOME_AFFAIRS, Role.UNIT_HEAD),
        full_name=HEAD.full_name,
        position="Chánh Văn phòng",
        competence=Competence.BY_ORDER,
        competence_line="TL. GIÁM ĐỐC",
    )
    seat(office, unit, HEAD.id)
    given = Grant(
        *(HOME_AFFAIRS, Competence.BY_ORDER, HEAD.id, unit.id, "12/QĐ-SNV"),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )
    with office.database.writing() as session:
        made = delegations.grant(session, given, SYSTEM, office.now())
    first, second = (
        approve(office, hand_in(office, HOME_AFFAIRS, (OFFICE,), signer=unit.id)) for _ in range(2)
    )
    issue(office, [first])
    assert document(office, first).state == "dispatched"
    with office.database.writing() as session:
        delegations.revoke(session, made, SYSTEM, office.now(), "kết thúc")
    issuance.sign(office, [second])
    assert held(office, second, "approved") == "authority.delegation_revoked"
    receive(office)
    (arrived,) = documents(office, Direction.INCOMING, OFFICE)
    assert (arrived.state, arrived.warnings) == ("registered", [])


def test_a_seal_of_another_agency_seals_nothing(office: Office) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    with office.database.writing() as session:
        directory.put_agency(
            session,
            directory.as_agency(directory.agency_row(session, PROVINCE)),
            seal_key=seal_of(HOME_AFFAIRS),
        )
    issue(office, [document_id])
    assert held(office, document_id, "numbered") == "authority.certificate_unknown"
    assert [step for step in steps_of(office, document_id) if step == "seal"] == []


# --- what arrives -------------------------------------------------------------------------------


def arrived(office: Office) -> DocumentRow:
    receive(office)
    return documents(office, Direction.INCOMING, OFFICE)[-1]


def codes(row: DocumentRow) -> list[str]:
    return [warning.split(":")[0] for warning in row.warnings]


def test_an_honest_letter_has_no_warning_and_its_certificates_are_kept(
    office: Office, axis: InMemoryAxis
) -> None:
    issue(office, [approve(office, hand_in(office, PROVINCE, (OFFICE,)))])
    row = arrived(office)
    assert (row.state, row.warnings) == ("registered", [])
    with office.database.reading() as session:
        seen = {known.name: known.seen_from for known in session.query(CertificateRow)}
    assert seen == {CHAIR.full_name: PROVINCE, "Ủy ban nhân dân tỉnh Sơn Hải": PROVINCE}


def test_a_message_that_names_another_post_is_flagged_with_both(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes]
) -> None:
    message, pdf = sealed
    with read(message) as received:
        assert received.edoc is not None
        signer = SignerInfo(
            competence="KT. CHỦ TỊCH", position="Phó Chủ tịch", full_name=CHAIR.full_name
        )
        edoc = received.edoc.model_copy(update={"signer": signer})
    put(axis, "other-post", write_edoc(edoc, [OutgoingFile("1.pdf", data=pdf)]))
    row = arrived(office)
    assert (row.state, row.verdict) == ("registered", "TOTAL-PASSED")
    assert codes(row) == ["message.position_differs", "message.capacity_differs"]
    assert "Phó Chủ tịch" in row.warnings[0]
    assert "CHỦ TỊCH" in row.warnings[0]


def test_an_agency_without_a_collective_is_flagged_for_tm(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes]
) -> None:
    with office.database.writing() as session:
        agency = directory.as_agency(directory.agency_row(session, PROVINCE))
        directory.put_agency(session, agency, collective=False)
    put(axis, "tm", sealed[0])
    row = arrived(office)
    assert (row.state, codes(row)) == ("registered", ["authority.not_collective"])


def test_a_certificate_of_another_name_is_flagged_until_somebody_confirms_it(
    office: Office, axis: InMemoryAxis, house: House, sealed: tuple[bytes, bytes]
) -> None:
    with office.database.writing() as session:
        agency = directory.as_agency(directory.agency_row(session, PROVINCE))
        directory.put_agency(session, replace(agency, name="Ủy ban nhân dân tỉnh Hải Sơn"))
    put(axis, "strange", sealed[0])
    row = arrived(office)
    assert row.state == "registered"
    renamed = "message.organ_id_differs"
    assert codes(row) == [renamed, *["authority.certificate_unknown"] * 2]
    assert all("Sơn Hải" in warning and "Hải Sơn" in warning for warning in row.warnings)
    with office.database.writing() as session:
        for stem, person in ((seal_of(PROVINCE), ""), (CHAIR.id, CHAIR.id)):
            known = credential(house.pki.key(stem).certificate)
            claim = Claim(known.sha256, PROVINCE, person)
            certificates.bind(session, claim, SYSTEM, OFFICE, office.now())
    put(axis, "known", another(sealed))
    assert codes(arrived(office)) == [renamed]


def another(sealed: tuple[bytes, bytes]) -> bytes:
    message, pdf = sealed
    with read(message) as received:
        assert received.edoc is not None
        edoc = received.edoc.model_copy(update={"document_id": "another-2"})
        return write_edoc(edoc, [OutgoingFile("2.pdf", data=pdf)])


def test_a_seal_on_record_as_another_agencys_waits_for_the_clerk(
    office: Office, axis: InMemoryAxis, house: House, sealed: tuple[bytes, bytes]
) -> None:
    known = credential(house.pki.key(seal_of(PROVINCE)).certificate)
    with office.database.writing() as session:
        certificates.see(session, known, "", office.now())
        claim = Claim(known.sha256, HOME_AFFAIRS)
        certificates.bind(session, claim, SYSTEM, OFFICE, office.now())
    put(axis, "stolen", sealed[0])
    row = arrived(office)
    assert (row.state, row.error_code) == ("quarantined", "incoming.quarantined")
    assert HOME_AFFAIRS in (row.error_text or "")


# --- commands -----------------------------------------------------------------------------------


def test_authority_is_recorded_shown_and_taken_back_by_command(
    congvan: Callable[..., Said],
) -> None:
    unit, clerk = person_of(HOME_AFFAIRS, Role.UNIT_HEAD).id, person_of(HOME_AFFAIRS, Role.CLERK).id
    grant = (
        *("authority", "grant", "--agency", HOME_AFFAIRS, "--capacity", "TUQ."),
        *("--from", HEAD.id, "--to", unit, "--basis", "03/GUQ-SNV", "--type", "Giấy mời"),
        *("--since", "01/03/2026", "--by", clerk, "--json"),
    )
    assert congvan(*grant).error == "authority.grant_invalid"
    assert congvan(*grant, "--until", "31/02/2026").error == "day.invalid"
    made = congvan(*grant, "--until", "31/12/2099").json["id"]
    (listed,) = congvan("authority", "list", "--json").json
    assert (listed["id"], listed["to"], listed["scope"]) == (made, unit, "Giấy mời")
    assert listed["period"] == "01/03/2026 – 31/12/2099"
    assert "in force" in listed["standing"]
    revoke = (
        *("authority", "revoke", made, "--agency", HOME_AFFAIRS, "--by", clerk),
        *("--reason", "xong việc", "--json"),
    )
    assert congvan(*revoke).code == 0
    assert "revoked" in congvan("authority", "list", "--json").json[0]["standing"]
    assert congvan(*revoke).error == "authority.revoked_already"
    assert "03/GUQ-SNV" in congvan("authority", "list").out


def test_certificates_are_bound_confirmed_and_taken_back_by_command(
    office: Office, house: House, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    issue(office, [approve(office, hand_in(office, PROVINCE, (OFFICE,)))])
    arrived(office)
    found = congvan("authority", "certificates", "list", "--unbound", "--json").json
    assert {each["seen_from"] for each in found} == {PROVINCE}
    seal = next(each for each in found if each["name"].startswith("Ủy ban"))["sha256"]
    by = ("--by", person_of(OFFICE, Role.CLERK).id, "--of", OFFICE, "--json")
    confirmed = congvan("authority", "certificates", "confirm", seal[:12], *by).json
    assert confirmed == {"sha256": seal, "holder": PROVINCE, "bound": True}
    assert len(congvan("authority", "certificates", "list", "--unbound", "--json").json) == 1
    path = tmp_path / "snv.cer"
    path.write_bytes(house.pki.key(HEAD.id).certificate)
    whose = ("--agency", HOME_AFFAIRS, "--person", HEAD.id)
    assert congvan("authority", "certificates", "bind", path, *whose, *by).json["holder"] == HEAD.id
    unbound = congvan("authority", "certificates", "unbind", path, *whose, *by).json
    assert unbound["bound"] is False
    short = congvan("authority", "certificates", "confirm", seal[:7], *by)
    assert short.error == "authority.certificate_not_seen"
    specialist = ("--by", person_of(OFFICE, Role.SPECIALIST).id, "--of", OFFICE, "--json")
    refused = congvan("authority", "certificates", "confirm", seal, *specialist)
    assert refused.error == "person.right_missing"
