"""The form of the written corpus, and what is told about its diversity."""

from pathlib import Path

import pytest

from models.attacks import Target
from models.evaluation.diversity import near_duplicates, one_feature, report, single_words
from models.evaluation.written import CorpusError, read, read_all

TEXT = """\
// a remark
@ topic=housing lean=left register=chat variety=british
1 p insult #h1 :: you're an idiot if that's what you take from it
0 i harsh_on_idea #h1 :: it's an idiotic conclusion to take from it
< Rent control
< has failed.\\nTwice.
1 p veiled_contempt :: says the man\\nwho inherited two flats
0 n neutral :: thanks
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_messages_carry_their_context_pair_and_section(file: Path) -> None:
    first, second, third, fourth = read_all(file.parent)
    assert (first.label, first.target, first.kind, first.pair) == (1, Target.PARTICIPANT, "insult", "h1")
    assert (second.label, second.target, second.pair) == (0, Target.IDEA, "h1")
    assert third.context == ("Rent control", "has failed.\nTwice.")
    assert third.text == "says the man\nwho inherited two flats"
    assert fourth.context == ()
    assert fourth.section == {"topic": "housing", "lean": "left", "register": "chat", "variety": "british"}


@pytest.mark.parametrize("line", ["2 p insult :: x", "1 p insult: x", "1 x insult :: x", "hello", "@ topic=a"])
def test_a_line_out_of_form_is_named(file: Path, line: str) -> None:
    file.write_text(TEXT + line, "utf-8")
    with pytest.raises(CorpusError, match=r"a\.txt:9"):
        list(read(file))


def test_a_message_before_any_section_is_out_of_form(file: Path) -> None:
    file.write_text("1 p insult :: you fool", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.txt:1"):
        list(read(file))


def test_near_duplicates_are_found_but_not_in_a_pair(file: Path) -> None:
    again = "0 n neutral :: you are an idiot if that's what you take from all of it, she said\n"
    file.write_text(TEXT + again + again, "utf-8")
    lines = list(read(file))
    assert [(first, second) for first, second, _ in near_duplicates(lines)] == [(4, 5)]


def test_a_feature_that_gives_the_label_away_is_seen(file: Path) -> None:
    lines = list(read(file))
    assert one_feature(lines)["speaks to 'you'"] == 0.75
    assert one_feature(lines)["question mark"] == 0.5
    often = [line for line in lines for _ in range(15)]
    assert ("says", 1.0, 15) not in single_words(often)
    assert [word for word, share, _ in single_words([*often, *often]) if share == 1.0][:1] != []


def test_the_report_names_sizes_and_telling_words(file: Path) -> None:
    told = "\n".join(report(list(read(file))))
    assert "4 messages, 2 attacks (50%), 1 with context" in told
    assert "1 minimal pairs, 0 of them without both labels" in told
    assert "topic: housing 4" in told
