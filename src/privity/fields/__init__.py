"""Cells into keys that can be compared: names, addresses, numbers, days, periods, citations. No judgement, no register, no law.

Every function takes a Polars expression (or a frame of cells) and gives one of the same length; what cannot be read is null.
"""
