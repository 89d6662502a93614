"""The screens of the desk, a module each; every one has a `router`."""

from fastapi import APIRouter

from web.pages import (
    account,
    account_factor,
    accounts,
    batches,
    board,
    direct,
    direct_steps,
    document_files,
    documents,
    home,
    initials,
    kept_forms,
    lists,
    login,
    login_openid,
    notices,
    presence,
    sign,
    sign_files,
    sign_rounds,
    work,
    work_steps,
)

ROUTERS: tuple[APIRouter, ...] = (
    account.router,
    account_factor.router,
    accounts.router,
    batches.router,
    board.router,
    direct.router,
    direct_steps.router,
    document_files.router,
    documents.router,
    home.router,
    initials.router,
    kept_forms.router,
    lists.router,
    login.router,
    login_openid.router,
    notices.router,
    presence.router,
    sign.router,
    sign_files.router,
    sign_rounds.router,
    work.router,
    work_steps.router,
)
"""All of them, as the application includes them."""
