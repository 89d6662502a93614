"""An agency's own rules of reminders, over the defaults of `reminder`.

Legal source: Decree 30/2020/ND-CP, Art. 24.1 (the head appoints who follows up and urges). Rules
are added, never changed; each is a fact in the agency's ledger.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.document import Role
from documents.identity import new_id
from documents.ledger import Fact
from documents.obligation import Duty
from documents.reminder import DEFAULTS, Rule
from documents.tables import ReminderRuleRow

_MAY = (Role.LEADER, Role.ADMINISTRATOR)


def of_agency(session: Session, organ_id: str) -> dict[Duty, Rule]:
    """Return who is told when in the agency, by duty."""
    wanted = (
        select(ReminderRuleRow)
        .where(ReminderRuleRow.organ_id == organ_id)
        .order_by(ReminderRuleRow.recorded_at, ReminderRuleRow.id)
    )
    own = {Duty(row.duty): _rule(row) for row in session.scalars(wanted)}
    return {**DEFAULTS, **own}


def set_rule(
    session: Session, organ_id: str, duty: Duty, rule: Rule, who: str, at: datetime
) -> None:
    """Set the agency's rule of one duty; what is so already is left.

    Raises:
        RuleInvalid: its days are none.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing:
            as they say; a leader or the administrator sets it.
    """
    rule.check()
    organ = directory.served_agency(session, organ_id).organ_id
    acting = posts.acting(session, organ, who, _MAY, at, "đặt quy tắc nhắc việc / set reminders")
    if of_agency(session, organ)[duty] == rule:
        return
    row = ReminderRuleRow(
        id=new_id(),
        organ_id=organ,
        duty=duty.value,
        ahead=sorted(rule.ahead, reverse=True),
        on_day=rule.on_day,
        late=sorted(rule.late),
        head_after=rule.head_after,
        leader_after=rule.leader_after,
        days=rule.days,
        recorded_by=acting.person.id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    said = {
        "duty": row.duty,
        "ahead": row.ahead,
        "on_day": row.on_day,
        "late": row.late,
        "head_after": row.head_after,
        "leader_after": row.leader_after,
        "days": row.days,
    }
    detail = (*said.items(), *acting.detail().items())
    ledger.append(session, organ, Fact("", "set_reminder", "", acting.actor, "", detail), at)


def _rule(row: ReminderRuleRow) -> Rule:
    return Rule(
        tuple(row.ahead), row.on_day, tuple(row.late), row.head_after, row.leader_after, row.days
    )
