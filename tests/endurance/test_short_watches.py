"""The scripts that watch memory work; what they measure takes longer than a test may."""

from tests.endurance.importing import replayed, write_export
from tests.endurance.memory import measured
from tests.endurance.soak import Look, grown


async def test_memory_is_measured_after_so_many_messages(capsys):
    found = await measured(None, [100, 250])
    assert list(found) == [100, 250]
    assert all(megabytes > 10 for megabytes in found.values())
    assert "250 messages" in capsys.readouterr().out


async def test_an_export_is_written_as_it_is_read_again(tmp_path):
    write_export(tmp_path / "export.json", None, 200)
    found = await replayed(tmp_path / "export.json", flagged=True)
    assert found["messages"] == 200
    assert found["flags"] > 0


def looks(memory, files):
    return [
        Look(minute, megabytes, opened, 50, 7, 0, 5.0, (1.0, 1.0))
        for minute, (megabytes, opened) in enumerate(zip(memory, files, strict=True))
    ]


def test_what_grew_after_the_warm_up_is_named():
    flat, rising = [100.0, 110.0, *[120.0] * 10], [100.0 + 10 * minute for minute in range(12)]
    assert grown(looks(flat, [20] * 12)) == []
    assert grown(looks(rising, [20] * 12))[0].startswith("memory grew")
    assert grown(looks(flat, [20] * 8 + [22] * 4)) == ["files grew by 10.0%"]
