"""Signing and sealing: in order, once each, only with a valid certificate."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from documents.errors import Refused
from signing.appearance import Stamp
from signing.errors import (
    CertificateRefused,
    FontMissing,
    LeaderSignatureMissing,
    PdfAlreadySigned,
    PdfEncrypted,
    PdfFieldsMissing,
    PdfUnreadable,
    StampUnreadable,
    TextUnprintable,
)
from signing.fields import DAY_FIELD, MONTH_FIELD, NUMBER_FIELD
from signing.font import digits_font
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.seal import seal
from signing.testpki import TestPki

LATE = datetime(2026, 11, 22, tzinfo=UTC)


def sealed_with(pdf: bytes, key: Pkcs12Key, at: datetime, number: str = "1") -> bytes:
    return seal(pdf, key, None, number=number, day="01", month="02", at=at)


def test_the_leader_certifies_and_permits_filling_only(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        certification = pdf.Root.Perms.DocMDP
        assert int(certification.Reference[0].TransformParams.P) == 2
        assert str(certification.M) == "D:20261122030000Z"
        assert str(certification.Name) == "Nguyễn Văn An"
        assert str(certification.SubFilter) == "/ETSI.CAdES.detached"


def test_the_seal_fills_the_fields_and_locks_them(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        values = [str(fields[name].V) for name in (NUMBER_FIELD, DAY_FIELD, MONTH_FIELD)]
        assert values == ["123", "22", "11"]
        reference = fields["DauCoQuan"].V.Reference[0]
        assert str(reference.TransformMethod) == "/FieldMDP"
        assert str(reference.TransformParams.Action) == "/All"
        assert int(reference.TransformParams.P) == 1
        assert "/NeedAppearances" not in pdf.Root.AcroForm


def test_what_is_reserved_for_a_signature_is_what_it_takes(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        contents = bytes(pdf.Root.Perms.DocMDP.Contents)
    assert int.from_bytes(contents[2:4], "big") + 4 == len(contents)


def test_a_second_signature_is_refused(signed: bytes, leader: Pkcs12Key, at: datetime) -> None:
    with pytest.raises(PdfAlreadySigned):
        sign(signed, leader, None, at=at)


def test_a_second_seal_is_refused(sealed: bytes, agency: Pkcs12Key, at: datetime) -> None:
    with pytest.raises(PdfAlreadySigned):
        sealed_with(sealed, agency, at)


def test_what_no_leader_has_signed_is_not_sealed(
    reserved: bytes, agency: Pkcs12Key, at: datetime
) -> None:
    with pytest.raises(LeaderSignatureMissing):
        sealed_with(reserved, agency, at)


def test_a_file_without_reserved_fields_is_not_signed(
    draft: bytes, leader: Pkcs12Key, at: datetime
) -> None:
    with pytest.raises(PdfFieldsMissing):
        sign(draft, leader, None, at=at)


def test_an_expired_certificate_neither_signs_nor_seals(
    pki: TestPki, reserved: bytes, signed: bytes
) -> None:
    expired = pki.key("expired")
    with pytest.raises(CertificateRefused):
        sign(reserved, expired, None, at=LATE)
    with pytest.raises(CertificateRefused):
        sealed_with(signed, expired, LATE)


@pytest.mark.parametrize("number", ["", "12a", "số", "1(2)", "1\n2"])
def test_a_number_that_cannot_be_printed_is_refused(
    signed: bytes, agency: Pkcs12Key, at: datetime, number: str
) -> None:
    with pytest.raises(TextUnprintable):
        sealed_with(signed, agency, at, number)


def test_the_number_is_upright_and_the_date_italic(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        faces = [
            str(field.AP.N.Resources.Font.D.BaseFont) for field in pdf.Root.AcroForm.Fields[:3]
        ]
    assert [face.endswith("-Italic") for face in faces] == [False, True, True]


def test_a_missing_font_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="apt install fonts-liberation2"):
        digits_font(tmp_path / "none.ttf")


def test_a_long_number_is_narrowed_not_cut(signed: bytes, agency: Pkcs12Key, at: datetime) -> None:
    with pikepdf.open(io.BytesIO(sealed_with(signed, agency, at, "1234567890"))) as pdf:
        drawn = pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()
    squeeze = float(drawn.split(b" Tz")[0].split()[-1])
    assert squeeze == pytest.approx(100 * 32 / digits_font().width("1234567890", 13), abs=0.01)


@pytest.mark.parametrize("damage", ["empty", "truncated", "encrypted"])
def test_a_damaged_file_is_neither_signed_nor_sealed(
    signed: bytes, draft: bytes, agency: Pkcs12Key, at: datetime, damage: str
) -> None:
    with pikepdf.open(io.BytesIO(draft)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    data = {"empty": b"", "truncated": signed[:-2000], "encrypted": out.getvalue()}[damage]
    for attempt in (lambda: sign(data, agency, None, at=at), lambda: sealed_with(data, agency, at)):
        with pytest.raises((PdfUnreadable, PdfEncrypted)):
            attempt()


@pytest.mark.parametrize("cut", range(0, 4000, 500))
def test_a_file_cut_anywhere_is_an_error_that_says_what_to_mend(
    signed: bytes, agency: Pkcs12Key, at: datetime, cut: int
) -> None:
    with pytest.raises(Refused) as caught:
        sealed_with(signed[: len(signed) - 100 - cut], agency, at)
    assert caught.value.as_dict()["remedy"]


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_an_image_that_is_no_png_is_refused(data: bytes) -> None:
    with pytest.raises(StampUnreadable):
        Stamp.from_png(data)
