"""The HTTP interface for other systems: /api/v1, the same rights and steps as the desk."""
