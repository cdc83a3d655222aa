"""A thread to sum up, and the summarizer with its real encoder."""

from __future__ import annotations

import pytest

from models.summaries import Post, ThreadSummarizer

BUSES = [
    ("ann", None, 9, "Free buses for the town\n\nThe council should make every bus in the town free of charge."),
    ("bob", 1, 0, "Free buses are a fantasy. Somebody has to pay the drivers, and that means higher council taxes."),
    ("cleo", 2, 4, "The taxes would rise by two pounds a month, which is less than a single bus ticket costs today."),
    ("dan", 2, 0, "I agree. Nobody ever asks where the money for the drivers comes from."),
    (
        "ann",
        2,
        1,
        "> Somebody has to pay the drivers\nRoads are free to use as well, and nobody calls roads a fantasy.",
    ),
    ("eve", None, 2, "The night buses matter more than the fares. After ten there is no bus out of the hospital."),
    ("fay", 6, 0, "Exactly. Nurses pay twenty pounds for a taxi home because no night bus stops at the hospital."),
    ("gus", 6, 0, "Night buses run empty. An empty night bus costs the council ninety pounds an hour."),
    ("eve", 8, 3, "Night buses run empty because the timetable is a secret, not because nurses like taxis."),
    ("hal", None, 0, "lol"),
    ("ida", None, 0, "Cycling lanes would solve the traffic faster than any bus. Paint is cheap."),
    ("joe", 11, 0, "Cycling lanes are no use to my grandmother, who cannot ride a bicycle."),
    ("kim", 11, 5, "Paint is not protection. A painted cycling lane without a kerb is a car park."),
    ("bob", 3, 0, "No, two pounds a month is wrong. The council's own report says that it would be seven pounds."),
    ("lea", None, 0, "How many people would leave the car at home if the bus were free?"),
    ("ann", 14, 0, "The report of the council counts new buses as well, so seven pounds is the wrong number."),
]


@pytest.fixture(scope="session")
def summarizer() -> ThreadSummarizer:
    return ThreadSummarizer.load()


@pytest.fixture
def buses() -> list[Post]:
    return [
        Post(str(number), author, text, None if parent is None else str(parent), likes)
        for number, (author, parent, likes, text) in enumerate(BUSES, start=1)
    ]
