"""What the judges said of the matrix, as a table; and files that none of them may accept.

What each cannot judge (signing.md, B) is known and exact, so that anything else it says shows:
pdfsig 22.12 trusts a certificate's first signature in a file and knows no document timestamp;
mutool 1.21 knows neither timestamps nor RSASSA-PSS; none of them compares revisions.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from documents.boxes import NUMBER
from documents.level import Level
from signing import xmldsig
from signing.algorithm import Algorithm, Family
from signing.fields import NUMBER_FIELD
from signing.lettering import draw_lines
from signing.objects import name, text
from signing.report import Indication
from signing.revision import frame_of, open_revision, set_appearance, top_fields, written
from tests.signing.judges import (
    CLEAN,
    NO_PSS,
    TRUSTED,
    UNKNOWN_KIND,
    UNSIGNED,
    UNTRUSTED,
    VALID,
    Court,
    Findings,
)
from tests.signing.levels import covered
from tests.signing.matrix import (
    AXES,
    LEADER_ONLY,
    NUMBER_AND_SEAL,
    P12,
    SIGNERS,
    TOOL,
    Case,
    World,
)
from tests.signing.test_xmldsig import ID, LETTER, LETTER_MESSAGE, MESSAGE, SOAP_MESSAGE, xmlsec1

MESSAGES = ((SOAP_MESSAGE, MESSAGE), (LETTER_MESSAGE, LETTER))
JUDGES = ("openssl cms", "openssl ts", "pdfsig", "mutool", "qpdf", "congvan")
YES, NO, CANNOT = "accepts", "refuses", "cannot judge"


def verdicts(case: Case, said: Findings) -> dict[str, str]:
    """Return by judge YES, CANNOT where that is known, or what was said instead."""
    signatures = SIGNERS[case.layout]
    return {
        "openssl cms": _all(said.openssl_cms, [VALID] * signatures),
        "openssl ts": _timestamps(case, said.openssl_ts),
        "pdfsig": _pdfsig(case, said.pdfsig),
        "mutool": _mutool(case, said.mutool),
        "qpdf": YES if said.qpdf == CLEAN else said.qpdf,
        "congvan": _ours(case, said),
    }


def timestamps(case: Case) -> int:
    """Return how many timestamps the case's file has."""
    if case.level is Level.B_B:
        return 0
    if case.layout == TOOL:  # the tool makes none; ours is the document's
        return 1
    return SIGNERS[case.layout] + (case.level is Level.B_LTA)


def _timestamps(case: Case, said: list[str]) -> str:
    if not timestamps(case) and not said:
        return CANNOT
    return _all(said, [VALID] * timestamps(case))


def _all(said: list[str], wanted: list[str]) -> str:
    return YES if said == wanted else f"{said}"


def _empty(case: Case) -> int:
    """Return how many reserved signature fields stay empty."""
    return {LEADER_ONLY: 1, TOOL: 2}.get(case.layout, 0)


def _own(case: Case) -> int:
    """Return how many document timestamps the file has."""
    if case.layout == TOOL:
        return timestamps(case)
    return int(case.level is Level.B_LTA)


def _pdfsig(case: Case, said: list[str]) -> str:
    known = Counter({UNSIGNED[0]: _empty(case), UNKNOWN_KIND[0]: _own(case)})
    rest = Counter(said) - known
    signed = SIGNERS[case.layout]
    if case.layout == TOOL:  # one certificate four times
        enough = rest[TRUSTED] >= 2
        return (
            YES
            if enough and rest[TRUSTED] + rest[UNTRUSTED] == rest.total() == signed
            else f"{said}"
        )
    return YES if rest == Counter({TRUSTED: signed}) else f"{said}"


def _mutool(case: Case, said: list[str]) -> str:
    known = Counter({UNSIGNED[1]: _empty(case)}) + Counter({UNKNOWN_KIND[1]: _own(case)})
    rest = Counter(said) - known
    if case.algorithm.family is Family.PSS:
        return CANNOT if set(rest) == {NO_PSS} else f"{said}"
    return YES if rest == Counter({VALID: SIGNERS[case.layout]}) else f"{said}"


def _ours(case: Case, said: Findings) -> str:
    if said.ours.verdict is not Indication.TOTAL_PASSED:
        return f"{said.ours.verdict} {said.ours.reason}"
    levels = [one.level for one in said.ours.signatures if one.level]
    reached = [Level(level).reaches(case.level) for level in levels]
    return YES if all(reached) and len(reached) == SIGNERS[case.layout] else f"{levels}"


def judged(cases: Iterable[Case], world: World, court: Court) -> list[tuple[Case, dict[str, str]]]:
    """Make each case's file and ask everybody."""
    return [(case, verdicts(case, court.findings(world.made(case)))) for case in cases]


def table(found: list[tuple[Case, dict[str, str]]]) -> str:
    """Return the table in Markdown: for each value of each axis, how many files each accepted."""
    lines = [
        f"| | files | {' | '.join(JUDGES)} |",
        f"|---|---|{'---|' * len(JUDGES)}",
    ]
    for axis, (title, values) in enumerate(AXES.items()):
        for value in values:
            own = [verdict for case, verdict in found if case[axis] == value]
            cells = " | ".join(_cell([verdict[judge] for verdict in own]) for judge in JUDGES)
            lines.append(f"| {title}: {value} | {len(own)} | {cells} |")
    return "\n".join(lines)


def _cell(said: list[str]) -> str:
    counted = Counter(said)
    if counted[CANNOT] == len(said):
        return "–"
    judged_at_all = len(said) - counted[CANNOT]
    return f"{counted[YES]}/{judged_at_all}"


def unexpected(found: list[tuple[Case, dict[str, str]]]) -> list[str]:
    """Return what was said that is neither acceptance nor a known limit."""
    return [
        f"{', '.join(case)}: {judge}: {verdict}"
        for case, said in found
        for judge, verdict in said.items()
        if verdict not in (YES, CANNOT)
    ]


def _flipped_content(pdf: bytes) -> bytes:
    return pdf.replace(b"/MediaBox", b"/MediaBoX", 1)


def _flipped_signature(pdf: bytes) -> bytes:
    """Change one bit of the last signature's value, which ends its CMS."""
    _, contents, _ = covered(pdf)[-1]
    der = contents.rstrip(b"\0").hex().encode()
    digit = b"1" if der[-1:] == b"0" else b"0"
    at = pdf.rindex(der) + len(der) - 1
    return pdf[:at] + digit + pdf[at + 1 :]


def _renumbered(pdf: bytes) -> bytes:
    """Give another number in one more revision, as somebody with a PDF editor would."""
    writer = open_revision(pdf)
    field = top_fields(writer)[NUMBER_FIELD]
    field[name("V")] = text("999")
    shown = draw_lines(writer, frame_of(field), ["999"], NUMBER.text_size, NUMBER.text_size)
    set_appearance(writer, field, shown)
    return written(writer)


def _appended(pdf: bytes) -> bytes:
    return pdf + b"999 0 obj\n<< /Hidden true >>\nendobj\n"


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one byte of the page changed": _flipped_content,
    "one digit of the seal's signature changed": _flipped_signature,
    "number changed in a later revision": _renumbered,
    "an object appended outside any revision": _appended,
}
DAMAGED = (Algorithm.RSA_SHA256, Algorithm.PSS_SHA256, Algorithm.ECDSA_SHA256)


def damaged(world: World, court: Court) -> dict[str, dict[str, set[str]]]:
    """Return by damage and judge what was said of such files: YES, NO or CANNOT."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for algorithm in DAMAGED:
        pdf = world.made(Case(algorithm, P12, Level.B_B, NUMBER_AND_SEAL, "text"))
        for damage, done in DAMAGES.items():
            said = court.findings(done(pdf))
            values = {
                "openssl cms": said.openssl_cms == [VALID, VALID],
                "pdfsig": said.pdfsig == [TRUSTED, TRUSTED],
                "mutool": said.mutool == [VALID, VALID],
                "qpdf": said.qpdf == CLEAN,
                "congvan": said.ours.verdict is Indication.TOTAL_PASSED,
            }
            for judge, accepts in values.items():
                blind = judge == "mutool" and algorithm.family is Family.PSS
                found[damage][judge].add(CANNOT if blind else YES if accepts else NO)
    return found


def damage_table(found: dict[str, dict[str, set[str]]]) -> str:
    """Return the damages in Markdown."""
    judges = [judge for judge in JUDGES if judge != "openssl ts"]
    lines = [f"| after sealing | {' | '.join(judges)} |", f"|---|{'---|' * len(judges)}"]
    for damage, by_judge in found.items():
        cells = " | ".join("/".join(sorted(by_judge[judge] - {CANNOT})) for judge in judges)
        lines.append(f"| {damage} | {cells} |")
    return "\n".join(lines)


def xml_table(world: World, court: Court) -> str:
    """Return in Markdown what xmlsec1 and we say of XML signatures: a SOAP message and a letter."""
    trusted = ("--trusted-pem", str(world.pki.roots), "--untrusted-pem", str(world.pki.chain))
    lines = ["| XML signature | messages | xmlsec1 | congvan |", "|---|---|---|---|"]
    now = datetime.now(UTC)
    for algorithm in Algorithm:
        key = world.key("leader", Case(algorithm, P12, Level.B_B, LEADER_ONLY, "text"))
        theirs = ours = 0
        for message, places in MESSAGES:
            done = xmldsig.sign(message, key, places, at=now, id_name=ID)
            theirs += xmlsec1(court.folder, done, "--verify", *trusted).returncode == 0
            verdict = xmldsig.verify(done, places, world.pki.trust(), at=now)
            ours += verdict.indication is Indication.TOTAL_PASSED
        lines.append(f"| {algorithm} | {len(MESSAGES)} | {theirs} | {ours} |")
    return "\n".join(lines)
