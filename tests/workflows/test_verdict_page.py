"""The page's words: what the circular asks to be shown is shown, for every answer there is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from documents.report import FiledReport, Verdict, canonical
from drafting.verification_page import Tone, VerificationPage
from signing.growth import Filling, Growth
from signing.report import EXPLANATIONS
from workflows.verdict_page import Subject, page_of

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SIGNATURE: dict[str, Any] = {
    "field": "ChuKyLanhDao",
    "kind": "signature",
    "signer": "Nguyễn Văn An",
    "organisations": ["UBND tỉnh Sơn Hải"],
    "indication": "TOTAL-PASSED",
    "sub_indication": None,
    "coverage": "ENTIRE_REVISION",
    "modification": "FORM_FILLING",
    "reason": "",
    "certificate": {
        "issuer": "CN=Cục Chứng thực số",
        "serial": "1f",
        "not_before": "2025-01-01T00:00:00+00:00",
        "not_after": "2030-01-01T00:00:00+00:00",
    },
    "algorithm": "rsassa_pss/sha256",
    "key_bits": 3072,
    "claimed_time": "2026-11-22T02:00:00+00:00",
    "proven_time": None,
    "level": "B-B",
    "revocation": {"status": "good", "source": "CRL", "issued": "2026-11-21T17:00:00+00:00"},
    "trust_group": "VGCA",
}


def page(
    *signatures: dict[str, Any],
    verdict: str = "TOTAL-PASSED",
    growth: Growth | None = None,
    **said: Any,
) -> VerificationPage:
    values = {
        "verdict": verdict,
        "signatures": list(signatures),
        "reason": "",
        "policy": "p/1",
        "trust_label": "2026-11",
        **said,
    }
    filed = FiledReport(
        *("f" * 64, AT, Verdict(verdict), "p/1", "1" * 64, "2" * 64, "3" * 64, canonical(values))
    )
    return page_of(filed, Subject("vb.pdf", "15/QĐ-UBND", "Về việc X", "UBND tỉnh"), growth)


def text_of(made: VerificationPage) -> str:
    lines = [f"{line.label}: {line.value}" for part in made.sections for line in part.lines]
    return "\n".join([made.verdict, *(part.title for part in made.sections), *lines])


def test_all_that_the_circular_lists_is_on_it() -> None:
    made = page(SIGNATURE)
    text = text_of(made)
    assert made.tone is Tone.GOOD
    for words in (
        *("Người ký / Signer: Nguyễn Văn An", "Organisation: UBND tỉnh Sơn Hải"),
        *("Issuer: CN=Cục Chứng thực số (VGCA)", "Signing time: 22/11/2026 09:00:00 +07:00"),
        *(
            "chưa có dấu thời gian / claimed",
            "Integrity: Còn nguyên vẹn",
            "At signing: có hiệu lực",
        ),
        *("01/01/2025 07:00:00 +07:00 – 01/01/2030 07:00:00 +07:00", "chưa bị thu hồi"),
        *("CRL (22/11/2026 00:00:00 +07:00)", "rsassa_pss/sha256, 3072 bit", "f" * 64),
        *("Policy: p/1", "2" * 32, "(2026-11)", "15/QĐ-UBND", "Về việc X"),
    ):
        assert words in text
    assert "CẢNH BÁO" not in text


def test_a_proven_time_is_said_to_be_proven() -> None:
    proven = SIGNATURE | {"proven_time": "2026-11-22T02:00:05+00:00"}
    assert "22/11/2026 09:00:05 +07:00 (có dấu thời gian chứng minh" in text_of(page(proven))


@pytest.mark.parametrize("status", ["unknown", "not-checked", None])
def test_a_status_that_could_not_be_checked_is_warned_of(status: str | None) -> None:
    fact = {"status": status, "source": None, "issued": None} if status else None
    again = (AT + timedelta(hours=1)).isoformat()
    text = text_of(page(SIGNATURE | {"revocation": fact}, try_again_at=again))
    assert "CẢNH BÁO: chưa kiểm tra được tình trạng thu hồi" in text
    assert "Try again at: 22/11/2026 11:00:00 +07:00" in text


@pytest.mark.parametrize("sub", sorted(EXPLANATIONS))
@pytest.mark.parametrize("verdict", ["INDETERMINATE", "TOTAL-FAILED"])
def test_no_bad_answer_looks_like_a_good_one(sub: str, verdict: str) -> None:
    bad = {"indication": verdict, "sub_indication": sub, "reason": f"{sub}: why"}
    made = page(SIGNATURE | bad, verdict=verdict)
    text = text_of(made)
    assert made.tone is (Tone.BAD if verdict == "TOTAL-FAILED" else Tone.UNSURE)
    assert not made.verdict.startswith("HỢP LỆ")
    assert "Answer: HỢP LỆ" not in text
    assert sub in text
    assert "có hiệu lực, được tin cậy" not in text


def test_a_changed_file_is_not_intact() -> None:
    changed = {"indication": "TOTAL-FAILED", "sub_indication": "HASH_FAILURE"}
    text = text_of(page(SIGNATURE | changed, verdict="TOTAL-FAILED"))
    assert "KHÔNG nguyên vẹn" in text
    assert "Còn nguyên vẹn" not in text


def test_a_file_without_signatures_is_not_verified() -> None:
    made = page(verdict="INDETERMINATE", reason="NO_SIGNATURE_FOUND")
    assert made.tone is Tone.UNSURE
    assert made.verdict.startswith("KHÔNG XÁC MINH ĐƯỢC")


def test_what_was_filled_after_the_signature_is_listed() -> None:
    filled = (Filling("SoVanBan", "Số văn bản", "", "15"),)
    text = text_of(page(SIGNATURE, growth=Growth("ChuKyLanhDao", 9000, filled, ("DauCoQuan",))))
    assert "Số văn bản (SoVanBan): (trống / empty) → 15" in text
    assert "Signed later: DauCoQuan" in text
