"""Every question for what deadlines begin with, and those among whose facts some are urgent.

Legal source: law.md §9. Each goes along an index over what is open, newest first.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from documents.obligation_fact import Fact
from documents.obligation_papers import (
    acknowledging,
    answering,
    directing,
    entering,
    issuing,
    leaving,
    submitting,
)
from documents.obligation_works import (
    advising,
    archiving,
    beginning,
    delegating,
    extending,
    happening,
    lending,
    reserving,
    working,
)

Look = Callable[[Session, str, datetime], Iterable[Fact]]
EVERY: tuple[Look, ...] = (
    *(entering, acknowledging, submitting, directing, beginning, working, answering),
    *(extending, advising, issuing, leaving, reserving, lending, archiving, delegating),
    happening,
)
URGENT: tuple[Look, ...] = (
    partial(entering, urgent=True),
    partial(submitting, urgent=True),
    partial(directing, urgent=True),
    beginning,
    partial(leaving, urgent=True),
    happening,
)
"""Those among whose facts some are to be handled at once."""
