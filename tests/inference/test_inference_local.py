"""The local models behind their ports, with stand-ins for the weights."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.errors import DeadlineExceeded, InferenceError, ModelUnavailable, UserError
from bot.inference import LocalClassifier, LocalSummarizer
from bot.ports.models import Passage, Verdict
from models.attacks import Judgement, Span, Target
from models.summaries import Issue, Line, Summary, TooShort


class Scorer:
    """Judges by length; a text "?" is beyond it."""

    version, default_threshold = "fake-1", 0.5

    def __init__(self):
        self.batches, self.threads = [], set()

    def score(self, passages, *, floor=0.0):
        self.batches.append([passage.text for passage in passages])
        self.threads.add(threading.current_thread().name)
        return [
            Judgement(0.0, Target.NONE, "language")
            if passage.text == "?"
            else Judgement(len(passage.text) / 100, Target.PARTICIPANT)
            for passage in passages
        ]

    def explain(self, passage):
        return (Span(2, 5, 0.7), Span(0, 1, 0.3))


class Stuck:
    """A summarizer, or a classifier, that does not come to an end by itself."""

    version, default_threshold = "fake-1", 0.5

    def __init__(self):
        self.let_go, self.loop, self.begun = threading.Event(), asyncio.get_running_loop(), asyncio.Event()

    def score(self, passages, *, floor=0.0):
        self.loop.call_soon_threadsafe(self.begun.set)
        self.let_go.wait()
        return [Judgement(0.9, Target.PARTICIPANT) for _ in passages]

    def summarize(self, posts, **_):
        self.loop.call_soon_threadsafe(self.begun.set)
        self.let_go.wait()
        return Summary(len(posts), 1, None, (), (), ())


@pytest.fixture
async def local():
    """Make a classifier or a summarizer that is closed after the test."""
    made = []

    def make(kind, *arguments, **options):
        made.append(kind(*arguments, **options))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


def message(number, text="words"):
    room = Conversation(ConversationId("x:room"), "room")
    return Message(MessageId(f"x:{number}"), room, Member(MemberId("x:ann"), "Ann"), text, datetime.now(UTC))


async def test_verdicts_come_in_order_from_small_batches_off_the_loop(local):
    scorer = Scorer()
    classifier = local(LocalClassifier, scorer, batch=4)
    verdicts = await classifier.classify([Passage("x" * number) for number in range(1, 11)])
    assert verdicts == [Verdict(number / 100, "participant", None) for number in range(1, 11)]
    assert [len(batch) for batch in scorer.batches] == [4, 4, 2]
    assert threading.main_thread().name not in scorer.threads
    assert await classifier.classify([]) == []


async def test_between_two_batches_others_get_their_turn(local):
    scorer = Scorer()
    classifier = local(LocalClassifier, scorer, batch=1)
    await asyncio.gather(
        classifier.classify([Passage("long")] * 20), asyncio.wait_for(classifier.classify([Passage("short")]), None)
    )
    assert scorer.batches.index(["short"]) < 3


async def test_what_it_cannot_judge_is_counted_by_reason(local):
    classifier = local(LocalClassifier, Scorer(), batch=2)
    verdicts = await classifier.classify([Passage("?"), Passage("yes"), Passage("?")])
    assert verdicts[0] == Verdict(0.0, "none", "language")
    await classifier.classify([Passage("?")])
    assert classifier.abstained == {"language": 3}


async def test_the_words_that_carried_a_score(local):
    assert await local(LocalClassifier, Scorer()).explain(Passage("a fine text")) == ((2, 5), (0, 1))


async def test_without_weights_each_says_why(local):
    classifier = local(LocalClassifier, None, "model.onnx is missing")
    assert (classifier.model, classifier.default_threshold) == (None, 1.0)
    with pytest.raises(ModelUnavailable, match="missing"):
        await classifier.classify([Passage("you fool")])
    with pytest.raises(ModelUnavailable, match="missing"):
        await classifier.explain(Passage("you fool"))
    summarizer = local(LocalSummarizer, None, "model.onnx is missing", deadline=1)
    assert summarizer.model is None
    with pytest.raises(ModelUnavailable, match="missing"):
        await summarizer.summarize([message(1)])


async def test_a_summary_that_takes_too_long_is_given_up(local):
    stuck = Stuck()
    summarizer = local(LocalSummarizer, stuck, deadline=0.001)
    with pytest.raises(DeadlineExceeded, match=r"0\.001 s"):
        await summarizer.summarize([message(1)])
    stuck.let_go.set()


async def test_the_deadline_counts_the_wait_for_a_turn(local):
    stuck = Stuck()
    summarizer = local(LocalSummarizer, stuck, deadline=0.001)
    both = await asyncio.gather(*(summarizer.summarize([message(n)]) for n in (1, 2)), return_exceptions=True)
    assert [type(error) for error in both] == [DeadlineExceeded] * 2
    stuck.let_go.set()


async def test_a_summary_is_translated_to_the_ports_terms(local):
    class Model:
        version = "fake-1"

        def summarize(self, posts, *, title, issues, lines_per_issue):
            assert (title, issues, lines_per_issue) == ("Rents", 3, 1)
            line = Line(posts[1].id, posts[1].author, posts[1].text)
            return Summary(len(posts), 1, line, (Issue("rents", (posts[0].id,), 1, (line,)),), (), (line,))

    summarizer = local(LocalSummarizer, Model(), deadline=5)
    found = await summarizer.summarize(
        [message(1), message(2, "Rents rise")], title="Rents", issues=3, lines_per_issue=1
    )
    assert (found.messages, found.people) == (2, 1)
    assert (found.about.message, found.about.author, found.about.quote) == ("x:2", "x:ann", "Rents rise")
    assert found.issues[0].messages == ("x:1",)
    assert found.open_questions == (found.about,)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "no message says something"), (1, "1 message says something"), (2, "2 messages say something")],
)
async def test_too_few_messages_are_the_askers_business(local, count, words):
    class Model:
        version = "fake-1"

        def summarize(self, posts, **_):
            raise TooShort(len(posts))

    with pytest.raises(UserError, match=words):
        await local(LocalSummarizer, Model(), deadline=5).summarize([message(number) for number in range(count)])


async def test_closing_while_a_batch_is_judged_drops_the_rest_of_it(local):
    stuck = Stuck()
    classifier = local(LocalClassifier, stuck, batch=1)
    call = asyncio.create_task(classifier.classify([Passage("one"), Passage("two")]))
    await stuck.begun.wait()
    closing = asyncio.create_task(classifier.aclose())
    await asyncio.sleep(0)
    stuck.let_go.set()
    await closing
    with pytest.raises(InferenceError, match="stopped"):
        await call
