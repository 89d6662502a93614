"""The screens of the desk, a module each; every one has a `router`."""

from fastapi import APIRouter

from web.pages import (
    batches,
    board,
    direct,
    direct_steps,
    document_files,
    documents,
    initials,
    kept_forms,
    lists,
    presence,
    sign,
    sign_files,
    sign_rounds,
)

ROUTERS: tuple[APIRouter, ...] = (
    batches.router,
    board.router,
    direct.router,
    direct_steps.router,
    document_files.router,
    documents.router,
    initials.router,
    kept_forms.router,
    lists.router,
    presence.router,
    sign.router,
    sign_files.router,
    sign_rounds.router,
)
"""All of them, as the application includes them."""
