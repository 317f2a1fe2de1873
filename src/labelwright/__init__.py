"""Labelwright: a self-hosted workbench for labelling pictures, with exports you can trust."""

__version__ = "0.1.0"
