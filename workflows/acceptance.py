"""Whether a document whose signatures were verified may go to the register by itself.

Legal source: Decree 30/2020/ND-CP, Art. 5 (an original is signed and sealed), 21.2, 32.2.
ETSI's verdict is about each signature; this is about the letter, and a clerk decides
where it objects.
"""

from documents.document import folded
from signing import fields
from signing.report import UNREADABLE, Indication, Report

_UNCHANGED = {"", "NONE", "LTA_UPDATES"}
"""What may follow the last signature: nothing but the proofs that keep it provable."""


def objection(reports: list[Report]) -> str:
    """Return why a person must look before the document may be registered, if so."""
    for report in reports:
        if report.reason.startswith(UNREADABLE):
            return f"Không đọc được tệp PDF / the PDF cannot be read: {report.reason}"
        if not report.signatures:
            continue
        if report.verdict is not Indication.TOTAL_PASSED:
            return f"Chữ ký chưa đạt / signature not accepted: {report.verdict} {report.reason}"
        # a certified letter lets anybody fill its number until it is sealed, and anybody can
        # cut a sealed one back to where it was not
        if report.empty_fields:
            empty = ", ".join(report.empty_fields)
            return f"Còn ô chữ ký chưa ký / a signature field is empty: {empty}"
        if report.signatures[-1].modification not in _UNCHANGED:
            return "Nội dung đổi sau chữ ký cuối / changed after the last signature"
        if stranger := _strange_seal(report):
            return f"Dấu không phải của cơ quan người ký / another agency's seal: {stranger}"
    return ""


def _strange_seal(report: Report) -> str:
    """Return whose seal is on a letter of our form that another organisation's leader signed.

    A letter cut back to the leader's signature can be numbered and sealed anew, by any key
    under the same roots (Decree 30/2020, Art. 32.2: the clerk seals for the own agency).
    """
    by_field = {signature.field: signature for signature in report.signatures}
    leader, sealed = by_field.get(fields.LEADER_FIELD), by_field.get(fields.SEAL_FIELD)
    if leader is None or sealed is None or not leader.organisations:
        return ""
    sealing = {folded(name) for name in (sealed.signer, *sealed.organisations)}
    return "" if sealing & set(map(folded, leader.organisations)) else sealed.signer
