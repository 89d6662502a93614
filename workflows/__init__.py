"""Prefect flows and tasks, wiring, settings and the congvan command."""
