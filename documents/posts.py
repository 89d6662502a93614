"""In which post a person acts: every step asks here, and the ledger remembers the answer.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1; Art. 13 for what is signed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import directory
from documents.document import Role
from documents.ledger import Actor
from documents.tables import PersonRow


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in the post, or in the stead, in which a step is taken."""

    person: PersonRow
    role: Role
    unit_id: str | None = None
    post_id: str = ""
    in_stead_of: str = ""
    """Id of the person whose right it is (ủy quyền); empty where it is one's own."""

    @property
    def actor(self) -> Actor:
        """The person as the ledger names them."""
        return Actor(self.person.id, self.role)

    def detail(self) -> dict[str, Any]:
        """Return what the ledger row of the step says besides: post and stead, where known."""
        said = {"post": self.post_id, "in_stead_of": self.in_stead_of}
        return {name: value for name, value in said.items() if value}


def acting(
    session: Session, organ_id: str, who: str, roles: Collection[Role], at: datetime, what: str = ""
) -> Acting:
    """Return *who* in the first of *roles* that they may act in at *at*.

    *what* names the step for the one who is refused.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing: no post of theirs gives the right.
    """
    person = directory.person_row(session, organ_id, who)
    if person.role not in roles:
        raise directory.RightMissing(person.full_name, person.position, what or "/".join(roles))
    return Acting(person, Role(person.role))
