"""The screens of the desk, a module each; every one has a `router`."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
"""All of them, as the application includes them."""
