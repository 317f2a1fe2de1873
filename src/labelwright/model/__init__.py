"""The field's words as immutable values: no I/O, no clock, nothing of ours imported."""
