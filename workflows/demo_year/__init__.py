"""Filling a demo's year: planned letters taken through the office's own functions, day by day."""
