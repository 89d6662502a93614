"""The one retry rule: only Unavailable is worth another try."""

from typing import Any

from documents.errors import Unavailable


async def if_unavailable(_task: Any, _run: Any, state: Any) -> bool:
    """Return whether Prefect should run the task again."""
    try:
        await state.aresult()
    except Unavailable:
        return True
    except BaseException:
        return False
    return False
