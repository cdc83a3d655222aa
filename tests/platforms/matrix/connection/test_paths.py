"""Nothing in a segment of a path leads anywhere else."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.connection.paths import media, synapse, v1, v3


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_segments_stay_segments(segments):
    for made, base in ((v3, "client/v3"), (v1, "client/v1"), (media, "media/v3")):
        path = made(*segments)
        assert path.startswith(f"/_matrix/{base}/")
        assert [unquote(part) for part in path.split("/")[4:]] == segments
        assert not {"?", "#"} & set(path)


def test_no_segment_leads_upwards():
    assert v3("rooms", "..", ".", "...") == "/_matrix/client/v3/rooms/%2E%2E/%2E/..."


def test_the_admin_api():
    assert synapse("event_reports", "5") == "/_synapse/admin/v1/event_reports/5"
