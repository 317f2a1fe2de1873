"""Labelwright: a self-hosted workbench for labelling pictures, with exports you can trust."""
