"""Filing by rule, with the sweep: nobody waits for it, and no step pays for it.

Legal source: Decree 30/2020/ND-CP, Art. 29.2; Appendix VI, Part I, III.4.
"""

from documents import directory, filing_rules
from workflows.office import Office

MOST_WINDOWS = 4
"""Windows of the ledger for one agency in one sweep: what is left waits for the next."""


def by_rule(office: Office) -> int:
    """File what came, left or was finished since the last sweep; return how many documents.

    Raises:
        DatabaseUnavailable: the database does not answer; the next sweep goes on from there.
    """
    with office.database.reading() as session:
        waiting = [
            agency.organ_id
            for agency in directory.served(session)
            if filing_rules.behind(session, agency.organ_id)
        ]
    filed = 0
    for organ_id in waiting:
        for _ in range(MOST_WINDOWS):
            with office.database.writing() as session:
                run = filing_rules.run(session, organ_id, office.now())
            filed += len(run.filed)
            if not run.more:
                break
    return filed
