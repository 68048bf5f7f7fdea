"""Constraints in Markdown: text into statements, each with its line, and statements into a policy.

Only the phrasings of `phrases.py` are read. Whatever else a text says is kept as unread, with the
reason; nothing is guessed.
"""

from .policy import ConvertedPolicy, convert
from .reading import NOT_SAID, Unread
from .writing import policy_yaml

__all__ = ["NOT_SAID", "ConvertedPolicy", "Unread", "convert", "policy_yaml"]
