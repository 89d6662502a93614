"""Signatures, seals, their appearance and their verification."""
