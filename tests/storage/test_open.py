from bot.storage import open_store


async def test_a_new_store_is_empty_and_can_be_opened_again(tmp_path):
    path = tmp_path / "folkmoot.db"
    for _ in range(2):
        store = await open_store(path)
        assert await store.counters() == {
            "messages": 0,
            "members": 0,
            "conversations": 0,
            "events waiting": 0,
            "posts waiting": 0,
        }
        await store.aclose()
