"""HTTP for people and their tools; the only folder that knows FastAPI."""
