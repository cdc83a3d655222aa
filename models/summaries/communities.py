"""Groups of nodes that hang together in a weighted graph: the Louvain method, without chance."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_ROUNDS = 20
_GAIN = 1e-9


def find_communities(count: int, edges: Mapping[tuple[int, int], float], resolution: float = 1.0) -> list[int]:
    """A community number for each of `count` nodes; a larger resolution gives smaller communities.

    Source: Blondel et al. 2008, "Fast unfolding of communities in large networks". Nodes are visited in
    order, so that the same graph always gives the same answer.
    """
    graph: list[dict[int, float]] = [{} for _ in range(count)]
    for (left, right), weight in edges.items():
        graph[left][right] = graph[left].get(right, 0.0) + weight
        if left != right:
            graph[right][left] = graph[right].get(left, 0.0) + weight
    member_of = list(range(count))
    while True:
        moved = _move(graph, resolution)
        names = {old: new for new, old in enumerate(dict.fromkeys(moved))}
        moved = [names[old] for old in moved]
        member_of = [moved[member] for member in member_of]
        if len(names) == len(graph):
            return member_of
        graph = _merged(graph, moved, len(names))


def _move(graph: list[dict[int, float]], resolution: float) -> list[int]:
    """Move single nodes to the neighbouring community that gains most, until none moves."""
    community = list(range(len(graph)))
    # A loop holds both directions of the edges inside a merged node, so it counts as it stands.
    degree = [sum(edges.values()) for edges in graph]
    total = list(degree)
    everything = sum(degree) or 1.0
    for _ in range(_MOST_ROUNDS):
        moves = 0
        for node, edges in enumerate(graph):
            own = community[node]
            total[own] -= degree[node]
            pull: dict[int, float] = defaultdict(float)
            pull[own] = 0.0
            for other, weight in edges.items():
                if other != node:
                    pull[community[other]] += weight
            gain = {c: pull[c] - resolution * degree[node] * total[c] / everything for c in pull}
            best = max(gain, key=lambda c: (gain[c], c == own, -c))
            if gain[best] <= gain[own] + _GAIN:
                best = own
            total[best] += degree[node]
            community[node] = best
            moves += best != own
        if not moves:
            break
    return community


def _merged(graph: list[dict[int, float]], community: list[int], count: int) -> list[dict[int, float]]:
    merged: list[dict[int, float]] = [defaultdict(float) for _ in range(count)]
    for node, edges in enumerate(graph):
        for other, weight in edges.items():
            merged[community[node]][community[other]] += weight
    return [dict(edges) for edges in merged]
