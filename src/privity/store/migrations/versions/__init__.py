"""What was made and changed, in order: a module a revision."""
