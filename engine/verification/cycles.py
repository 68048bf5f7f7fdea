"""Which nodes lie in a cycle: Tarjan's strongly connected components, without recursion.

R. Tarjan, «Depth-first search and linear graph algorithms», SIAM J. Comput. 1 (1972).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set


def cyclic_nodes(nodes: Set[int], children: Sequence[Sequence[int]]) -> frozenset[int]:
    """Those of some nodes that reach themselves through others of them."""
    return frozenset(node for knot in knots(nodes, children) for node in knot)


def knots(nodes: Set[int], children: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected components of two nodes or more, in no order."""
    return _Search(nodes, children).all()


class _Search:
    def __init__(self, nodes: Set[int], children: Sequence[Sequence[int]]) -> None:
        self._nodes = nodes
        self._children = children
        self._number: dict[int, int] = {}
        self._low: dict[int, int] = {}
        self._stack: list[int] = []
        self._open: set[int] = set()
        self._found: list[list[int]] = []

    def all(self) -> list[list[int]]:
        """Every component of two or more."""
        for node in sorted(self._nodes):
            if node not in self._number:
                self._from(node)
        return self._found

    def _from(self, root: int) -> None:
        path = [(root, self._enter(root))]
        while path:
            node, below = path[-1]
            child = next(below, None)
            if child is None:
                path.pop()
                self._leave(node)
                if path:
                    above = path[-1][0]
                    self._low[above] = min(self._low[above], self._low[node])
            elif child not in self._number:
                path.append((child, self._enter(child)))
            elif child in self._open:
                self._low[node] = min(self._low[node], self._number[child])

    def _enter(self, node: int) -> Iterator[int]:
        self._number[node] = self._low[node] = len(self._number)
        self._stack.append(node)
        self._open.add(node)
        return (child for child in self._children[node] if child in self._nodes)

    def _leave(self, node: int) -> None:
        if self._low[node] != self._number[node]:
            return
        component: list[int] = []
        while not component or component[-1] != node:
            component.append(self._stack.pop())
        self._open.difference_update(component)
        if len(component) > 1:
            self._found.append(component)
