"""An agency's switch: whether what its leaders signed waits until the clerk issues it.

Legal source: Decree 30/2020/ND-CP, Art. 15 to 18; Appendix VI, Part I, III.1 (the head decides
how the system is used). Switched off, documents go on by themselves after the signature; those
that wait already still wait for the clerk's word.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.document import Role
from documents.ledger import Fact
from documents.tables import AgencyRow

DECIDING = (Role.LEADER, Role.ADMINISTRATOR)


def decide(session: Session, organ_id: str, who: str, at: datetime, *, clerk: bool) -> bool:
    """Record whether the clerk issues; returns whether that changed anything.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    what = "quy định cách phát hành / decide how documents are issued"
    acting = posts.acting(session, agency.organ_id, who, DECIDING, at, what)
    row = session.get_one(AgencyRow, agency.organ_id, with_for_update={"key_share": True})
    if bool(row.clerk_issues) == clerk:
        return False
    row.clerk_issues = clerk
    session.flush()
    detail = (("clerk_issues", clerk), *acting.detail().items())
    fact = Fact("", "decide_issuing", "", acting.actor, "", detail)
    ledger.append(session, agency.organ_id, fact, at)
    return True
