"""The national SDK's own messages and other systems' are read whole, and written alike."""

import re
from pathlib import Path
from typing import Any

import pytest

from connectors.edxml import OutgoingFile, read, summarise, write_edoc, write_status
from connectors.edxml.style import WriterStyle
from connectors.errors import EnvelopeInvalid

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "edxml"

DOC = {
    "name": "1896_QD-TTg_m_294779.doc",
    "bytes": 388347,
    "sha256": "8385739ec4a4ed36d71eabcaead629641ffc5ffff3d487ff5c34d2f821c9f36e",
}
MISLABELLED = {
    "code": "attachment.content_differs",
    "path": "Attachment[1]",
    "detail": "'1896_QD-TTg_m_294779.doc': application/xml",
}
"""The sample calls another edXML message a .doc."""
SDK = {
    "kind": "edoc",
    "from": {"organ_id": "000.00.00.G22", "name": "Văn phòng Chính phủ"},
    "to": [
        {"organ_id": "000.00.00.H41", "name": "UBND Tỉnh Nghệ An"},
        {"organ_id": "000.00.00.H14", "name": "UBND Tỉnh Cao Bằng"},
        {"organ_id": "000.00.00.G17", "name": "Sở Thông tin truyền thông Hải Phòng"},
    ],
    "document_id": "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT",
    "code_number": "7816",
    "code_notation": "VPCP-TTĐT",
    "subject": "V/v kết nối, liên thông phần mềm quản lý văn bản",
    "type_name": "Công văn",
    "promulgation_place": "Hà Nội",
    "promulgation_date": "2018-09-28",
    "signer": "Nguyen Thanh Phuc",
    "attachments": [DOC],
    "warnings": [MISLABELLED],
}
RECALLED = {
    "organ_id": "000.00.00.H14",
    "code": "267/VPCP-TTĐT",
    "document_id": "000.00.04.G14,2012/08/06,267/VPCP-TTĐT",
    "promulgation_date": "2018-09-28",
}
REPORTED = {
    "organ_id": "000.00.00.G22",
    "code": "7816/VPCP-TTĐT",
    "document_id": "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT",
    "promulgation_date": "2015-09-30",
}
EXPECTED: dict[str, dict[str, Any]] = {
    "sdkvxp_pvn_edoc_replacement": {**SDK, "business_type": 3, "response_for": None},
    "sdkvxp_pvn_edoc_revocation": {**SDK, "business_type": 1, "response_for": RECALLED},
    "bkav_tayninh_edoc_new_ddMMyyyy": {
        "from": {"organ_id": "000.00.11.H53", "name": "Sở Tính"},
        "to": [{"organ_id": "000.00.01.A53", "name": "Văn phòng tỉnh ủy"}],
        "document_id": "000.00.11.H53,2020/10/30,2491/STC-BCTC",
        "promulgation_date": "2020-10-30",
        "signer": None,
        "business_type": 0,
        "attachments": [DOC],
    },
    "gateway_pvn_minimal": {
        "document_id": "test-doc",
        "subject": "Test",
        "code_number": None,
        "promulgation_date": None,
        "business_type": 0,
        "attachments": [
            {
                "name": "clean.txt",
                "bytes": 10,
                "sha256": "7be68a781e9cdc6b69e4ed46013be0128410fcfa5186e068849a65127222b720",
            }
        ],
    },
} | {
    f"sdkvxp_pvn_status_{name}": {
        "kind": "status",
        "from": {"organ_id": "000.00.00.H41", "name": "UBND Tỉnh Nghệ An"},
        "status_code": name[-2:],
        "response_for": REPORTED,
        "document_id": None,
        "warnings": [],
    }
    for name in (
        "inbox_01",
        "rejection_02",
        "acceptance_03",
        "assignment_04",
        "processing_05",
        "finish_06",
    )
}
HERE = sorted(path for path in SAMPLES.glob("*.edxml") if path.stem in EXPECTED)
MALFORMED = sorted(SAMPLES.glob("sdkvxp_pvn_edoc.edxml"))


@pytest.mark.parametrize("path", HERE, ids=lambda path: path.stem)
def test_a_real_message_is_read_whole(path: Path) -> None:
    summary = summarise(read(path))
    expected = EXPECTED[path.stem]
    assert {member: summary[member] for member in expected} == expected


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.stem)
def test_the_malformed_sample_is_refused_with_its_line(path: Path) -> None:
    with pytest.raises(EnvelopeInvalid) as caught:
        read(path)
    assert caught.value.code == "edxml.not_well_formed"
    assert caught.value.args[0] == "116"


@pytest.mark.parametrize(
    "path", [path for path in HERE if "_edoc_re" in path.stem], ids=lambda path: path.stem
)
def test_the_sdks_document_is_written_back_to_the_byte(path: Path) -> None:
    sample = path.read_bytes()
    edoc = read(sample).edoc
    assert edoc is not None
    packed = re.search(rb"Encoded xmlns:edXML=\"[^\"]*\">([^<]*)<", sample)
    assert packed
    written = write_edoc(
        edoc, [OutgoingFile(DOC["name"], data=b"")], style=WriterStyle(raw=frozenset())
    )
    # what is ours by design: no Signature, an id of our own, the file's own bytes
    sample = re.sub(rb" *<Signature>.*</Signature>\r\n", b"", sample, flags=re.DOTALL)
    sample = sample.replace(packed.group(1), b"")
    written = re.sub(rb"(Encoded xmlns:edXML=\"[^\"]*\">)[^<]*<", rb"\1<", written)
    written = re.sub(rb"cid:[0-9a-f-]*", b"cid:209", written)
    assert written.split(b"\r\n") == sample.split(b"\r\n")


@pytest.mark.parametrize(
    "path", [path for path in HERE if "_status_" in path.stem], ids=lambda path: path.stem
)
def test_the_sdks_status_is_written_back_but_for_its_indentation(path: Path) -> None:
    status = read(path).status
    assert status is not None
    lines = [line.strip() for line in path.read_bytes().split(b"\r\n")]
    assert [line.strip() for line in write_status(status).split(b"\r\n")] == lines
