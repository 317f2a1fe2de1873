"""Calls the background work when something is left for it to do, so that nobody waits until it looks by itself."""

import threading


class Bell:
    """One that is rung calls all who wait; one that was rung since a count was taken lets nobody wait at all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How many times it was rung, to be taken before one looks for work."""
        return self._rung

    def ring(self) -> None:
        """Say that there is work; it must be in the database by now."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def wait(self, rung: int, at_most_s: float) -> None:
        """Wait until it is rung once more than `rung` times."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung != rung, at_most_s)
