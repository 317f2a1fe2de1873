"""Passwords: rules, hashing (argon2id with the OWASP parameters) and attempts that count."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from labelwright.model.errors import Busy, Invalid, Issue

LEAST, MOST = 8, 1000
WAITING_HASHES = 32

# 19 MiB, two passes: 24 CPU ms. One hash at a time, so that a flood of sign-ins cannot take the machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_ONE_AT_A_TIME = threading.Lock()
_QUEUE = threading.BoundedSemaphore(WAITING_HASHES)

COMMON = frozenset(
    """password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 12341234
    11111111 00000000 87654321 88888888 123123123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qwertyui qwertyuiop qwerty123 qwerty12
    asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 a1b2c3d4 iloveyou sunshine princess football baseball superman
    trustno1 letmein1 welcome1 welcome123 admin123 admin1234 administrator changeme changeme1 computer internet
    whatever starwars michelle jennifer mustang1 master123 dragon123 monkey123 liverpool chocolate samsung1
    labelwright labelling annotation""".split()
)


def check_password(password: str, email: str, *, pointer: str = "/password") -> None:
    """Refuse what is too short, too long, well known or the e-mail address itself. Raises Invalid."""
    problem = _problem(password, email)
    if problem is not None:
        raise Invalid(f"The password {problem}", (Issue(pointer, "invalid_password", f"The password {problem}"),))


def _problem(password: str, email: str) -> str | None:
    if not LEAST <= len(password) <= MOST:
        return f"needs {LEAST} to {MOST} characters, has {len(password)}."
    if "\x00" in password:
        return "contains a NUL character."
    if password.casefold() == email.casefold():
        return "must not be the email address."
    if password.casefold() in COMMON:
        return "is among the first that anybody tries. Choose another."
    return None


def hashed(password: str) -> str:
    """Hash a password. Raises Busy when too many wait."""
    if not _QUEUE.acquire(blocking=False):
        raise Busy("Too many people sign in at once. Try again in a moment.")
    try:
        with _ONE_AT_A_TIME:
            return _HASHER.hash(password)
    finally:
        _QUEUE.release()


def matches(password: str, password_hash: str) -> bool:
    """Compare in constant time. Raises Busy when too many wait."""
    if len(password) > MOST:
        return False
    if not _QUEUE.acquire(blocking=False):
        raise Busy("Too many people sign in at once. Try again in a moment.")
    try:
        with _ONE_AT_A_TIME:
            return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _QUEUE.release()


# Unknown users cost the same time as known ones: their password is compared with this.
NOBODY = _HASHER.hash("nobody has this password")
