"""One file a noun: the only writers. Plain functions that take a context and an actor."""
