"""The words of Stowplan as frozen values. This package imports nothing else of ours.

Quantities are exact integers: sizes in bytes, rates in bytes per second, times in microseconds.
Tables are listed in the order of the manifest; what must not depend on that order sorts by name.
"""

from .checkpoints import *
from .findings import *
from .manifest import *
from .plan import *
from .policy import *
from .risk import *
