"""How a database says that it cannot be used."""

from stowplan.execution.mover import MoverError

__all__ = ["MoverError"]
