import tomllib

from bot.config.lines import line_of, lines_of

TEXT = '''\
# [not.a.section]
[store]
path = "x"

[[community]]
id = "a"
rules = [
  "key = 3",
]
[[community.rules]]
id = "r1"
text = """
[log]
level = 1
"""
[[community.rules]]
id = "r2"
[[community]]
id = "b"   # [commands]
[[community.rules]]
id = "r3"
["quoted"]
"key" = 1
'''


def test_headers_and_keys_are_found_where_they_stand():
    lines = lines_of(TEXT)
    assert lines["store",] == 2
    assert lines["store", "path"] == 3
    assert lines["community", 0, "id"] == 6
    assert lines["community", 0, "rules", 1, "id"] == 17
    assert lines["community", 1, "rules", 0, "id"] == 21
    assert lines["quoted", "key"] == 23
    assert ("log",) not in lines
    assert ("commands",) not in lines


def test_what_was_not_found_has_the_line_of_what_encloses_it():
    lines = lines_of("[a]\nb = {c = 1}\n")
    assert line_of(lines, ("a", "b", "c")) == 2
    assert line_of(lines, ("a", "z")) == 1
    assert line_of(lines, ("z",)) is None


def test_every_location_it_gives_is_in_the_file():
    text = TEXT.replace("rules = [\n", "words = [\n")
    tree = tomllib.loads(text)
    for location in lines_of(text):
        at = tree
        for part in location:
            at = at[part]
