"""Screens (being written)."""
