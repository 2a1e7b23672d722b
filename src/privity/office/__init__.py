"""The shell: one module a verb. Time, store, keys and ledger meet here and nowhere else."""
