"""The command line: arguments in, one call of ``office``, text out. Nothing is decided here."""
