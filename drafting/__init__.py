"""Drafts: composing in Decree 30's layout, taking in PDF and Word files, finding places."""
