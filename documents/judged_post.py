"""The post in which someone signs for an agency on a day, as `authority` judges it.

Legal source: Decree 30/2020/ND-CP, Art. 13. A signature is judged by the posts of its own day,
whatever became of them since.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from documents import directory, tenure
from documents.authority import Post
from documents.document import Role
from documents.numbering import local_day
from documents.tables import PersonRow, PostRow


def signing_post(rows: Sequence[PostRow], organ_id: str, day: date) -> PostRow | None:
    """Return the post of *day* in which the holder of *rows* signs for the agency; None: none.

    One of the agency itself, a leader's first; another only where there is none (TUQ.).
    """
    held = tenure.held_on(rows, day)
    return min(
        held,
        key=lambda post: (
            post.organ_id != organ_id,
            post.role != Role.LEADER,
            not post.main,
            post.since,
            post.id,
        ),
        default=None,
    )


def judged(row: PersonRow, rows: Sequence[PostRow], organ_id: str, day: date) -> Post:
    """Return the post that counts on *day*; of one who has none, the last one, not active."""
    post = signing_post(rows, organ_id, day)
    if post is not None:
        person = tenure.as_person(row, post)
        return Post(person, in_charge=bool(post.in_charge), unit_id=post.unit_id)
    over = [each for each in rows if each.since <= day]
    shown = tenure.as_person(row, over[-1]) if over else directory.as_person(row)
    return Post(shown, active=False)


def post_of(session: Session, row: PersonRow, organ_id: str, at: datetime) -> Post:
    """Return the post of the day of *at* in which the person acts for the agency."""
    return judged(row, tenure.of_people(session, [row.id])[row.id], organ_id, local_day(at))
