"""`python -m labelwright.cli` is `labelwright`."""

from labelwright.cli import main

main()
