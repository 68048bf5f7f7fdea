"""Stowplan: plan a data migration from its constraints, before anything moves."""

__version__ = "0.1.0"
