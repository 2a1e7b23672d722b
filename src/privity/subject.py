"""Entries and openings in, one person's account out: a fold that owns no table."""
