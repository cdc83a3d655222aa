"""A thread is read so that words stay with whom wrote them."""

from __future__ import annotations

import numpy as np

from models.summaries import Post
from models.summaries.agreement import agreements
from models.summaries.answers import find_answers
from models.summaries.communities import find_communities
from models.summaries.reading import MOST_SENTENCES, read


def texts(*posts: Post) -> list[tuple[str, str]]:
    reading = read(posts)
    return [(line.author, line.quote) for line in (reading.line(sentence) for sentence in reading.sentences)]


def test_pasted_words_are_left_to_whom_wrote_them() -> None:
    first = Post("1", "ann", "The council has never explained where the money goes.")
    second = Post(
        "2", "bob", "The council has never explained where the money goes. It goes into roads and wages alone."
    )
    third = Post("3", "cleo", "council has never explained where the money goes because nobody there can count to ten")
    assert texts(first, second, third) == [
        ("ann", first.text),
        ("bob", "It goes into roads and wages alone."),
        ("cleo", third.text),
    ]


def test_one_may_repeat_oneself_in_one_post() -> None:
    text = "We will never pay this tax at all. We will never pay this tax ever again."
    assert len(texts(Post("1", "ann", text))) == 2


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it() -> None:
    text = "The council sold the two bus depots in the spring. That was a gift to the builders of the town."
    reading = read([Post("1", "ann", text)])
    assert [reading.line(sentence).quote for sentence in reading.sentences] == [text[:50], text]


def test_an_id_that_was_given_before_is_ignored() -> None:
    posts = [Post("1", "ann", "The rent is far too high here."), Post("2", "bob", "Wages are far too low here.")]
    assert read([*posts, Post("1", "eve", "Nobody should ever read this line.")]).posts == tuple(posts)


def test_nameless_posts_have_a_voice_each() -> None:
    assert read([Post("1", "", "a"), Post("2", "ann", "b"), Post("3", "", "c"), Post("4", "ann", "d")]).voices == (
        0,
        1,
        2,
        1,
    )


def test_long_posts_give_up_sentences_before_short_ones_are_lost() -> None:
    long = " ".join(f"Sentence number {'x' * (n % 7)}{n} speaks of rent{n} and tax{n}." for n in range(200))
    posts = [Post(f"l{n}", "ann", long.replace("Sentence", f"Line{chr(97 + n)}")) for n in range(26)]
    posts.append(Post("short", "bob", "The short post says its only sentence."))
    reading = read(posts)
    assert len(reading.sentences) <= MOST_SENTENCES
    assert reading.line(reading.sentences[-1]).post == "short"


def test_many_posts_are_thinned_evenly() -> None:
    posts = [Post(str(n), f"a{n}", f"Person {'y' * n} speaks of the rent today.") for n in range(3, 8)] * 1
    many = [
        Post(f"{n}", "", f"Post {chr(97 + n % 26)}{'z' * (n // 26)} about rent and tax today.") for n in range(4_000)
    ]
    reading = read([*posts, *many])
    assert len(reading.sentences) == MOST_SENTENCES
    assert reading.sentences[-1].post > 3_900


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_the_platform_says_what_answers_what() -> None:
    reading = read(
        [Post("1", "ann", "Rent is high."), Post("2", "bob", "So are wages.", "1"), Post("3", "cleo", "Hm.", "gone")]
    )
    (answer,) = find_answers(reading, unit((1, 0), (0, 1), (0, 0)))
    assert (answer.answering, answer.answered, answer.certain) == (1, 0, True)


def test_wording_and_likeness_let_one_suppose_an_answer() -> None:
    posts = [
        Post("1", "ann", "Rent is high."),
        Post("2", "bob", "The moon is full."),
        Post("3", "cleo", "But you can pay."),
    ]
    (answer,) = find_answers(read(posts), unit((1, 0), (0, 1), (1, 0)))
    assert (answer.answering, answer.answered, answer.certain) == (2, 0, False)


def test_a_name_at_the_beginning_says_whom_a_post_answers() -> None:
    posts = [
        Post("1", "ann", "Rent is high."),
        Post("2", "bob", "The moon is full."),
        Post("3", "cleo", "Ann, no it is low."),
    ]
    assert [answer.answered for answer in find_answers(read(posts), np.zeros((3, 2)))] == [0]


def test_agreement_counts_people_who_reply_and_nobody_else() -> None:
    posts = [
        Post("1", "ann", "Rents must fall this year."),
        Post("2", "bob", "I agree.", "1"),
        Post("3", "bob", "Exactly.", "1"),
        Post("4", "ann", "I agree.", "1"),
        Post("5", "cleo", "I agree, but who pays?", "1"),
        Post("6", "dan", "Agreed."),
        Post("7", "eve", "Rents must fall this very year.", likes=7),
    ]
    reading = read(posts)
    answers = find_answers(reading, np.ones((7, 1)))
    assert agreements(reading, answers) == [(0, 1, 0), (6, 0, 7)]


def test_communities_are_found_and_are_the_same_every_time() -> None:
    edges = {(a, b): 1.0 for a in range(4) for b in range(a + 1, 4)} | {
        (a, b): 1.0 for a in range(4, 8) for b in range(a + 1, 8)
    }
    edges[3, 4] = 0.2
    labels = find_communities(9, edges)
    assert labels == [0, 0, 0, 0, 1, 1, 1, 1, 2]
    assert find_communities(9, dict(reversed(edges.items()))) == labels


def test_a_graph_without_edges_or_nodes() -> None:
    assert find_communities(3, {}) == [0, 1, 2]
    assert find_communities(0, {}) == []


def test_a_sentence_that_begins_like_another_keeps_its_beginning() -> None:
    shared = "We should close the centre to cars on Saturdays"
    thread = [
        Post("a", "ann", f"{shared} because the air there is worse than anywhere else."),
        Post("b", "ben", f"{shared} only if the shops agree and the buses run every ten minutes."),
    ]
    assert texts(*thread) == [(post.author, post.text) for post in thread]
