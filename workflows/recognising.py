"""The flow that has the words of pictures recognised: the sweep starts it while some wait."""

import asyncio

from prefect import flow

from workflows import office
from workflows.picture_words import MOST, recognise_some


@flow(name="recognising")
async def recognising() -> int:
    """Recognise what waits; returns how many files."""
    here = office.current()
    done = 0
    while done < MOST and (some := await asyncio.to_thread(recognise_some, here)):
        done += some
    return done
