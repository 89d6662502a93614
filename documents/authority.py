"""Authority to sign: whether printed capacity, post, delegation and certificate fit together.

Legal source: Decree 30/2020/ND-CP, Art. 13: the head signs; a deputy signs KT. within what is
assigned; a collective is signed for with TM. (13.2); TUQ. is not passed on (13.3); TL. may pass
to the unit's own deputy (13.4). TT 15/2025/TT-BKHCN, Art. 5: the certificate is the signer's and
in force. Pure rules: facts in, objections out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from documents.capacity import Clause, Printed
from documents.credential import Binding, Credential, assess_person
from documents.delegation import Delegation
from documents.document import Agency, Competence, Person, Role
from documents.objections import (
    CapacityDiffers,
    CapacityMissing,
    ChainInvalid,
    DelegationLapsed,
    DelegationMissing,
    NameDiffers,
    NotCollective,
    NotDeputy,
    NotOwnDeputy,
    Objection,
    PositionDiffers,
    PostLeft,
    Redelegated,
    SeveralObjections,
)
from documents.spelling import compact, is_deputy, same_person, same_position

TM, Q, KT, TL, TUQ = (
    Competence.ON_BEHALF,
    Competence.ACTING,
    Competence.DEPUTY,
    Competence.BY_ORDER,
    Competence.AUTHORISED,
)
_CHAINS = frozenset({(), (Q,), (KT,), (TL,), (TUQ,), (TL, KT), (TL, Q)})
"""What may stand below an optional TM. (Appendix I, Part I, II.7a)."""
_COLLECTIVES = ("uybannhandan", "ubnd", "hoidongnhandan", "hdnd")
"""How the names of agencies begin that the law on local government makes collectives."""


@dataclass(frozen=True, slots=True)
class Post:
    """A person in the post of the day that is judged."""

    person: Person
    active: bool = True
    in_charge: bool = False
    """A deputy whom a decision lets run the agency (Art. 13.1)."""
    unit_id: str | None = None

    @property
    def leads(self) -> bool:
        """Whether whoever holds it runs the agency: the head, or the deputy in charge."""
        return self.heads or (self.in_charge and self.deputises)

    @property
    def heads(self) -> bool:
        """Whether the post itself is the agency's head's."""
        person = self.person
        head = person.role is Role.LEADER and person.competence in {Competence.HEAD, TM}
        return self.active and head and not is_deputy(person.position)

    @property
    def deputises(self) -> bool:
        """Whether the post itself is a deputy's of the agency's head; a unit's deputy is none."""
        person = self.person
        leads = self.active and person.role is Role.LEADER
        deputy = person.competence is Competence.HEAD and is_deputy(person.position)
        return leads and (deputy or person.competence is KT)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything on record about who is to sign a document."""

    post: Post
    agency: Agency
    """In whose name is signed."""
    collective: bool
    delegations: tuple[Delegation, ...] = ()
    """Of the agency: the signer's own, and those of whoever gave them."""
    grantors: tuple[Post, ...] = ()
    """Whoever gave them."""
    home: Agency | None = None
    """The signer's own agency, where that is another one (TUQ.)."""
    bindings: tuple[Binding, ...] = ()
    """Of the certificate that signs, or of all that the signer has."""


def collective_by_name(name: str) -> bool:
    """Return whether the law makes an agency of this name a collective."""
    return compact(name).startswith(_COLLECTIVES)


def as_directed(person: Person) -> Printed:
    """Return the block that the directory would have printed."""
    lines = (person.competence_line or person.competence).splitlines()
    return Printed.of(lines, person.full_name, person.position)


def assess(
    printed: Printed | None,
    standing: Standing,
    credential: Credential | None,
    type_name: str,
    at: datetime,
) -> tuple[Objection, ...]:
    """Return what does not fit at the moment *at*; nothing when the signature may be made.

    Args:
        printed: the block in the document; None where it cannot be read: the directory's then.
        standing: who signs, by the directory.
        credential: the certificate that signs; None where it is not known yet.
        type_name: of the document, e.g. `Quyết định`.
        at: aware.
    """
    person = standing.post.person
    found: list[Objection] = []
    if not standing.post.active:
        found.append(PostLeft(person.full_name, person.position))
    shown = printed or as_directed(person)
    found += form(shown, standing.agency.name, collective=standing.collective)
    if printed is not None:
        found += _against_post(printed, person)
    if not found:
        found += filter(None, [_lacking(shown, standing, type_name, at)])
    if credential is not None:
        home = standing.home or standing.agency
        found += assess_person(credential, person, home, standing.bindings, at)
    return tuple(found)


def refuse(objections: Sequence[Objection]) -> None:
    """Raise what does not fit, if anything.

    Raises:
        Objection: the one there is, or all of them in one.
    """
    if len(objections) == 1:
        raise objections[0]
    if objections:
        raise SeveralObjections("; ".join(str(each) for each in objections))


def form(printed: Printed, agency: str, *, collective: bool | None) -> list[Objection]:
    """Return what is wrong with a block by itself; *collective* None: not known."""
    chain = printed.chain
    below = chain[1:] if chain[:1] == (TM,) else chain
    if below not in _CHAINS:
        passed_on = TUQ in below[:-1] or (TL in below[:-1] and below[-1] in {TL, TUQ})
        return [Redelegated(printed) if passed_on else ChainInvalid(printed)]
    found: list[Objection] = []
    if chain[:1] == (TM,) and collective is False:
        found.append(NotCollective(agency, printed.clauses[0]))
    deputy = is_deputy(printed.position)
    if below[-1:] == (KT,) and printed.position and not deputy:
        found.append(NotDeputy(printed.position))
    if not below and deputy:
        found.append(CapacityMissing(printed.position))
    return found


def _against_post(printed: Printed, person: Person) -> list[Objection]:
    found: list[Objection] = []
    if printed.name and not same_person(printed.name, person.full_name):
        found.append(NameDiffers(printed.name, person.full_name))
    if printed.position and not same_position(printed.position, person.position):
        found.append(PositionDiffers(printed.position, person.position))
    directed = {clause.capacity: clause for clause in as_directed(person).clauses}
    for clause in printed.clauses:
        if (known := directed.get(clause.capacity)) and not _same_title(clause, known):
            found.append(CapacityDiffers(clause, known))
    return found


def _same_title(one: Clause, other: Clause) -> bool:
    """Return whether two clauses take the same place; a short form counts as the long one."""
    if not one.title or not other.title or one.capacity is TM:
        return True  # a collective's name is shortened in many ways
    return same_position(one.title, other.title)


def _lacking(
    printed: Printed, standing: Standing, type_name: str, at: datetime
) -> Objection | None:
    """Return what the printed capacity lacks on record, if anything."""
    person, foreign = standing.post.person, standing.home is not None
    below = tuple(capacity for capacity in printed.chain if capacity is not TM)
    if not below:
        own = standing.post.heads and not foreign
        return None if own else CapacityDiffers(printed, as_directed(person))
    if below == (TL, KT):
        return _under_order(standing, type_name, at)
    if below == (KT,) and not foreign and (standing.post.leads or not _assignments(standing)):
        # in charge of everything, or no assignment is on record: the post itself is the
        # deputy's (Art. 13.1)
        own = standing.post.deputises
        return None if own else DelegationMissing(KT, person.full_name)
    whys = (_missing(standing, capacity, person.id, type_name, at) for capacity in below)
    return next(filter(None, whys), None)


def _assignments(standing: Standing) -> list[Delegation]:
    """Return the fields that were ever assigned to the signer as a deputy of the agency."""
    person = standing.post.person.id
    given = (each for each in standing.delegations if each.gives(KT, person))
    return [each for each in given if not _by_order(standing, each)]


def _by_order(standing: Standing, given: Delegation) -> bool:
    """Return whether *given* comes from someone who signs by order, a unit's head."""
    return any(each.gives(TL, given.grantor_id) for each in standing.delegations)


def _under_order(standing: Standing, type_name: str, at: datetime) -> Objection | None:
    """Judge a unit's deputy who signs for the unit's head, who signs by order (Art. 13.4)."""
    person = standing.post.person
    why: Objection | None = DelegationMissing(f"{TL} {KT}", person.full_name)
    heads = {post.person.id: post for post in standing.grantors}
    for given in standing.delegations:
        if given.gives(KT, person.id) and _by_order(standing, given):
            why = given.fault(type_name, at)
            why = why or of_another_unit(heads.get(given.grantor_id), standing.post)
            why = why or _missing(standing, TL, given.grantor_id, type_name, at)
            if why is None:
                return None
    return why


def of_another_unit(head: Post | None, deputy: Post) -> Objection | None:
    """Return the objection to a deputy who is not of the unit that the head heads (Art. 13.4).

    Of whom no unit is on record, nothing is known against it.
    """
    if head is None or None in {head.unit_id, deputy.unit_id} or head.unit_id == deputy.unit_id:
        return None
    return NotOwnDeputy(deputy.person.full_name, head.person.full_name)


def _missing(
    standing: Standing, capacity: Competence, grantee: str, type_name: str, at: datetime
) -> Objection | None:
    """Return why nothing on record gives *capacity* to *grantee*, by the newest that might."""
    known = [each for each in standing.delegations if each.gives(capacity, grantee)]
    known.sort(key=lambda each: each.valid_from)
    why: Objection | None = DelegationMissing(capacity, standing.post.person.full_name)
    for given in known:
        why = given.fault(type_name, at) or _not_by_head(standing, given, at)
        if why is None:
            return None
    return why


def _not_by_head(standing: Standing, given: Delegation, at: datetime) -> Objection | None:
    """Return why who gave it could not: only a head gives TL., TUQ. and assigns fields."""
    if given.capacity is Q:
        return None  # a higher authority's decision
    posts = {post.person.id: post for post in (*standing.grantors, standing.post)}
    grantor = posts.get(given.grantor_id)
    held = [each for each in standing.delegations if each.grantee_id == given.grantor_id]
    held = [each for each in held if each.in_force(at)]
    if grantor is not None and grantor.active:
        if grantor.leads or any(each.capacity is Q for each in held):
            return None
        if any(each.capacity in {TUQ, TL} for each in held):
            return Redelegated(f"{given.capacity} {given.basis}")
    return DelegationLapsed(given.capacity, given.basis)
