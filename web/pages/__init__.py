"""The screens of the desk, a module each; every one has a `router`."""

from fastapi import APIRouter

from web.pages import batches, kept_forms, presence

ROUTERS: tuple[APIRouter, ...] = (
    batches.router,
    kept_forms.router,
    presence.router,
)
"""All of them, as the application includes them."""
