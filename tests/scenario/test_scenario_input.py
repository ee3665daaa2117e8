"""Bad scenario files and bad --set: a clear error with file, line, field and what is allowed, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.scenario import Scenario, load_scenario, tree
from countervail.scenario.assumptions import ranges
from countervail.scenario.load import Source, validate
from countervail.scenario.override import apply

CLUB = """
club:
  reading: only
  secretariat: IRN
  china_partial: {value: 0.5, low: 0.25, high: 0.75, basis: assumption}
  cap: {value: 0.15, low: 0, high: 0.5, basis: assumption}
  rent_share: {value: 0.5, low: 0, high: 1, basis: assumption}
  readings:
    only: {label: A list, document: "1", place: paragraph 1, candidates: [RUS, VEN]}
"""
HEAD = "format: scenario/1\nname: small\ntitle: A small one\n"
MEASURE = """
measures:
  - id: oil
    label: An embargo
    kind: embargo
    senders: [USA]
    targets: [IRN]
    sectors: energy
    effect: {value: -1, low: -2, high: -0.5, basis: assumption}
"""
SMALL = HEAD + CLUB + MEASURE


def written(folder: Path, text: str | bytes, name: str = "small.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        load_scenario(written(folder, text))
    return caught.value


def refused(folder: Path, text: str | bytes) -> str:
    return str(refusal(folder, text))


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_the_small_scenario_is_good(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, SMALL))
    assert scenario.members() == ("IRN", "RUS", "VEN")


@pytest.mark.parametrize(
    ("old", "new", "at", "field", "problem"),
    [
        ("senders: [USA]", "senders: [Atlantis]", "senders", "measures.oil.senders.0", "Atlantis"),
        ("targets: [IRN]", "targets: []", "targets", "measures.oil.targets", "at least 1"),
        ("    targets: [IRN]\n", "", "- id: oil", "measures.oil.targets", "is missing"),
        ("sectors: energy", "sector: energy", "sector: energy", "measures.oil.sector", "Did you mean 'sectors'"),
        ("kind: embargo", "kind: embargos", "kind:", "measures.oil.kind", "Did you mean 'embargo'"),
        ("value: -1, low: -2", "value: -3, low: -2", "effect:", "measures.oil.effect", "low <= value <= high"),
        ("high: -0.5", "high: 0.5", "effect:", "measures.oil.effect", "may not be above 0"),
        ("low: -2, high: -0.5, ", "", "effect:", "measures.oil.effect", "needs a range"),
        ("{value: -1, low: -2, high: -0.5, basis: assumption}", "-1", "effect:", "measures.oil.effect", "bare number"),
        ("high: 1, basis: assumption", "high: 1, basis: guess", "basis: guess", "club.rent_share.basis", "assumption"),
        ("value: -1,", "value: true,", "value: true", "measures.oil.effect.value", "valid number"),
        ("value: -1,", "value: .nan,", "value: .nan", "measures.oil.effect.value", "finite"),
        ("value: -1,", "value: minus one,", "minus one", "measures.oil.effect.value", "valid number"),
        ("sectors: energy", "since: 2018", "since", "measures.oil.since", "YYYY-MM-DD"),
        ("sectors: energy", "since: 2018-02-30", "since", "measures.oil.since", "YYYY-MM-DD"),
        ("sectors: energy", "in_baseline: 1.5", "in_baseline", "measures.oil.in_baseline", "less than or equal to 1"),
        ("sectors: energy", "sectors: []", "sectors", "measures.oil.sectors", "at least 1"),
        (
            "reading: only",
            "reading: other",
            "reading: other",
            "club.reading",
            "reading 'other' is unknown; there are only",
        ),
        (
            "candidates: [RUS, VEN]",
            "candidates: [RUS, Congo]",
            "candidates",
            "club.readings.only.candidates.1",
            "ambig",
        ),
        ("secretariat: IRN", "secretariat: EU", "secretariat", "club.secretariat", "EU"),
        ("name: small", "name: ../small", "name:", "name", "no short name"),
        ("format: scenario/1", "format: scenario/9", "format", "format", "scenario/1"),
        ("title: A small one\n", "", "format", "title", "is missing"),
    ],
)
def test_a_bad_value_is_named_with_file_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, at: str, field: str, problem: str
) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new)
    error = refusal(tmp_path, text)
    line = line_of(text, at)
    assert str(error).startswith(f"{tmp_path / 'small.yaml'}, line {line}: ")
    assert problem in str(error)
    assert error.file == str(tmp_path / "small.yaml")
    assert error.line == line
    assert f"`{field}`" in str(error)
    assert error.field == field


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("kind: tariff, rate: {value: -0.1, low: -0.2, high: 0, basis: assumption}", "rate may not be below 0"),
        ("kind: tariff", "a tariff needs `rate`"),
        ("kind: price_cap, rate: {value: 0.1, low: 0, high: 0.2, basis: assumption}", "needs `buyers`"),
        ("kind: asset_freeze, stock: {value: 1, low: 0, high: 2, basis: assumption}", "needs `return_rate`"),
        ("kind: embargo, rate: {value: 0.1, low: 0, high: 0.2, basis: assumption}", "takes no `rate`"),
        ("kind: embargo, buyers: [CHN]", "takes no `buyers`"),
        ("kind: embargo, coverage: {value: 1.1, low: 1, high: 1.2, basis: assumption}", "may not be above 1"),
        (
            "kind: embargo, effect: {value: -1, low: -2, high: 0, basis: assumption}, "
            "coverage: {value: 0.5, low: 0.2, high: 1, basis: assumption}",
            "either `effect`",
        ),
        ("kind: embargo, since: 2020-01-01, until: 2019-01-01", "lies before"),
        ("kind: embargo, effect: {value: -1, basis: cited}", "needs a source"),
    ],
)
def test_a_measure_takes_what_its_kind_takes(tmp_path: Path, fields: str, problem: str) -> None:
    text = HEAD + CLUB + "measures:\n  - {id: m, label: M, senders: [USA], targets: [IRN], " + fields + "}\n"
    message = refused(tmp_path, text)
    assert problem in message
    assert f"line {text.count(chr(10))}" in message


def test_an_id_used_twice_within_a_file_is_named(tmp_path: Path) -> None:
    twice = SMALL + MEASURE.replace("measures:\n", "")
    message = refused(tmp_path, twice)
    assert "`measures.oil.id`" in message
    assert f"line {twice.rindex('- id: oil') and twice[: twice.rindex('- id: oil')].count(chr(10)) + 1}" in message


# YAML that is no scenario


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("# only this\n", "only comments"),
        ("- a\n- b\n", "is a mapping of fields"),
        ("just words\n", "is a mapping of fields"),
        ("name: [unclosed\n", "broken YAML"),
        ("name: a\n  title: b\n", "broken YAML"),
        ("name: 'a\n", "broken YAML"),
        ("\tname: a\n", "broken YAML"),
        ("name: a\nname: b\n", "line 2: the key `name` occurs twice, first in line 1"),
        ("club: {reading: a, reading: b}\n", "occurs twice"),
        ("name: &x a\ntitle: *x\n", "anchor &x"),
        ("title: *x\n", "alias"),
        ("name: !!python/object/apply:os.system ['echo no']\n", "the tag"),
        ("name: !!python/name:os.system\n", "the tag"),
        ("name: !!str 1\n", "the tag"),
        ("name: !own 1\n", "the tag"),
        ("%YAML 9.9\n---\nname: a\n", "broken YAML"),
        ("name: a\n---\nname: b\n", "second document"),
        ("? [a, b]\n: c\n", "a key is a word"),
        ("{}: c\n", "a key is a word"),
        ("null: c\n", "a key is a word"),
        ("<<: {name: a}\n", "unknown field"),
    ],
)
def test_yaml_that_is_no_scenario_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    message = refused(tmp_path, text)
    assert problem in message
    assert "small.yaml" in message


def test_an_error_of_the_yaml_itself_has_file_and_line(tmp_path: Path) -> None:
    error = refusal(tmp_path, "name: a\ntitle: b\nname: c\n")
    assert (error.field, error.file, error.line) == ("name", str(tmp_path / "small.yaml"), 3)
    error = refusal(tmp_path, "name: a\ntitle: [unclosed\n")
    assert (error.field, error.file) == (None, str(tmp_path / "small.yaml"))
    assert error.line is not None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"name: a\nti\x00tle: b\n", "NUL"),
        ("name: é\n".encode("latin-1"), "line 1: not text in UTF-8"),
        ("name: a\n".encode("utf-16"), "UTF-8"),
        (b"\x01\x02\x03", "broken YAML"),
        (b"#" * (tree.MAX_BYTES + 1), "at most"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    assert problem in refused(tmp_path, data)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, b"\xef\xbb\xbf" + SMALL.encode())).name == "small"


def test_aliases_that_explode_and_depth_are_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(97 + i)}: &{chr(97 + i)} [{','.join(['*' + chr(96 + i)] * 9)}]\n" for i in range(1, 20)
    )
    start = time.perf_counter()
    assert "anchor" in refused(tmp_path, bomb)
    assert "levels deep" in refused(tmp_path, "a: " + "[" * 50_000)
    assert "levels deep" in refused(tmp_path, "a: " + "{b: " * 50_000)
    assert "more than" in refused(tmp_path, "a: [" + "1," * (tree.MAX_NODES + 1) + "]")
    assert time.perf_counter() - start < 10


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_raises_anything_but_an_input_error(text: str) -> None:
    try:
        tree.parse(tree.decode(text.encode("utf-8", "surrogatepass"), "file"), "file")
    except InputError as error:
        message = str(error)
    else:
        return
    assert message.startswith("file")


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for step, item in steps for inner in _paths(item, (*path, step)))]


GOOD = tree.parse(SMALL, "small.yaml").plain()
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["IRN", "EU", "all"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "value", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(path=st.sampled_from(_paths(GOOD)), junk=JUNK)
@settings(max_examples=400, deadline=None)
def test_junk_anywhere_is_a_scenario_or_an_input_error(path: tuple[Any, ...], junk: Any) -> None:
    root = tree.parse(SMALL, "small.yaml")
    node = root
    for step in path:
        node = node.value[step]
    node.value = _nodes(junk)
    try:
        validate(root)
    except InputError as error:
        message = str(error)
    else:
        return
    assert message.startswith("small.yaml, line ")


def _nodes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: tree.Node(_nodes(item), "small.yaml", 1) for key, item in value.items()}
    if isinstance(value, list):
        return [tree.Node(_nodes(item), "small.yaml", 1) for item in value]
    return value


def test_norway_and_numbers_are_what_they_look_like() -> None:
    plain = tree.parse("a: [NO, on, 1e-3, 012, 1:30, 2019-06, ~, true, '1', .5]", "x").plain()
    assert plain == {"a": ["NO", "on", 0.001, 12, "1:30", "2019-06", None, True, "1", 0.5]}


# includes


def test_includes_merge_maps_lists_and_items_of_one_id(tmp_path: Path) -> None:
    written(tmp_path, CLUB + MEASURE, "parts/club.yaml")
    written(tmp_path, HEAD + "include: [parts/club.yaml]\nmeasures:\n  - {id: oil, enabled: false}\n", "top.yaml")
    scenario = load_scenario(tmp_path / "top.yaml")
    assert [m.id for m in scenario.measures] == ["oil"]
    assert not scenario.measures[0].enabled


def test_a_library_file_can_be_included(tmp_path: Path) -> None:
    text = HEAD + CLUB + "include: ['library:measures/iran-us.yaml']\n"
    assert load_scenario(written(tmp_path, text)).measures


def test_two_includes_that_disagree_name_both_places(tmp_path: Path) -> None:
    written(tmp_path, "title: One\n", "one.yaml")
    written(tmp_path, "title: Another\n", "more.yaml")
    message = refused(tmp_path, SMALL + "include: [one.yaml, more.yaml]\n")
    assert "`title` is already set" in message
    assert "more.yaml, line 1" in message
    assert "one.yaml, line 1" in message


def test_a_file_stands_over_what_it_includes(tmp_path: Path) -> None:
    text = "format: scenario/1\nname: mine\ntitle: Mine\ninclude: ['library:asiu.yaml']\nclub: {china: none}\n"
    scenario = load_scenario(written(tmp_path, text))
    assert (scenario.name, scenario.club.china, scenario.club.reading) == ("mine", "none", "letter")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../outside.yaml", "outside the folder"),
        ("/etc/hostname", "outside the folder"),
        ("library:../load.py", "outside the folder"),
        ("nothing.yaml", "no file"),
        (".", "no file"),
        ("small.yaml", "includes itself"),
        ("one.yaml", "includes itself"),
        ("link.yaml", "outside the folder"),
    ],
)
def test_includes_stay_in_their_folder_and_end(tmp_path: Path, name: str, problem: str) -> None:
    folder = tmp_path / "inner"
    written(tmp_path, "title: Secret\n", "outside.yaml")
    written(folder, "include: [two.yaml]\n", "one.yaml")
    written(folder, "include: [one.yaml]\n", "two.yaml")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    error = refusal(folder, SMALL + f"include: ['{name}']\n")
    assert problem in str(error)
    assert "Secret" not in str(error)
    assert error.field == "include"


@pytest.mark.parametrize("text", ["include: one.yaml\n", "include: [1]\n", "include: {a: b}\n"])
def test_include_is_a_list_of_names(tmp_path: Path, text: str) -> None:
    assert "list of file names" in refused(tmp_path, SMALL + text)


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    written(tmp_path, "measures:\n  - id: a\n    label: A\n    kind: embargos\n", "more.yaml")
    error = refusal(tmp_path, HEAD + CLUB + "include: [more.yaml]\n")
    assert "more.yaml, line 4: `measures.a.kind`" in str(error)
    assert (error.field, error.file, error.line) == ("measures.a.kind", str(tmp_path / "more.yaml"), 4)


def test_the_example_of_the_how_to_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to-scenario.md").read_text(encoding="utf-8")
    example = next(block for block in page.split("```yaml\n") if block.startswith("format:")).split("```")[0]
    written(tmp_path, MEASURE.replace("id: oil", "id: more"), "my-measures.yaml")
    scenario = load_scenario(written(tmp_path, example))
    assert [m.id for m in scenario.measures] == ["oil", "more"]
    assert scenario.measures[0].senders == ("EU", "JPN")


# what is not there


def test_an_unknown_name_lists_the_library() -> None:
    with pytest.raises(InputError, match="asiu, brics-settlement, maximum-pressure-2018, russia-2022, russia-alone"):
        load_scenario("assiu")


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder") as caught:
        load_scenario(tmp_path)
    assert caught.value.file == str(tmp_path)


# --set


@pytest.mark.parametrize(
    ("assignment", "read", "value"),
    [
        ("club.reading=interview", lambda s: s.club.reading, "interview"),
        ("club.members=[RUS, CHN]", lambda s: s.members(), ("IRN", "RUS", "CHN")),
        ("club.members=[Russia, IRN]", lambda s: s.members(), ("IRN", "RUS")),
        ("club.members=[]", lambda s: s.members(), ("IRN",)),
        ("club.members=null", lambda s: len(s.members()), 18),
        ("club.china=full", lambda s: s.club.china_level(), "full"),
        ("settings.closure=balanced", lambda s: s.settings.closure, "balanced"),
        ("settings.history_before=2012", lambda s: s.settings.history_before, 2012),
        ("measures.us-iran-embargo.enabled=false", lambda s: _by_id(s.measures, "us-iran-embargo").enabled, False),
        ("measures.0.enabled=false", lambda s: s.measures[0].enabled, False),
        ("club.provisions.bank-links.effect.value=0.08", lambda s: s.club.provisions[1].effect.value, 0.08),
        ("club.provisions.bank-links.effect.value=0.5", lambda s: s.club.provisions[1].effect.high, 0.5),
        ("club.provisions.bank-links.effect=0.5", lambda s: s.club.provisions[1].effect.low, 0),
        ("club.provisions.bank-links.effect=0.5", lambda s: s.club.provisions[1].effect.basis, "assumption"),
        ("measures.us-iran-embargo.effect.low=-9", lambda s: _by_id(s.measures, "us-iran-embargo").effect.low, -9),
        (
            "measures.us-iran-embargo.until=2026-01-01",
            lambda s: _by_id(s.measures, "us-iran-embargo").until,
            dt.date(2026, 1, 1),
        ),
        ("club.readings.letter.candidates=[RUS]", lambda s: s.members(), ("IRN", "RUS", "COD", "CHN")),
    ],
)
def test_set_reaches_any_value(assignment: str, read: Any, value: object) -> None:
    assert read(load_scenario("asiu", set=[assignment])) == value


def _by_id(items: Any, id: str) -> Any:
    return next(item for item in items if item.id == id)


def test_a_mapping_set_at_a_new_id_adds_a_measure() -> None:
    wall = "new_measures.wall={label: Wall, kind: tariff, senders: [EU], targets: [IND], rate: 0.25, basis: assumption}"
    scenario = load_scenario("asiu", set=[wall, "new_measures.wall.rate=0.5"])
    (added,) = scenario.new_measures
    assert (added.id, added.kind, added.rate and added.rate.value) == ("wall", "tariff", 0.5)
    with pytest.raises(InputError, match="new_measures"):
        load_scenario("asiu", set=["new_measures.wall={label: Wall}"])
    with pytest.raises(InputError, match="wall"):
        load_scenario("asiu", set=["new_measures.wall.rate=0.5"])


def test_several_sets_apply_in_order() -> None:
    scenario = load_scenario("asiu", set=["club.reading=annex", "club.reading=interview", "club.cap=0.3"])
    assert scenario.members() == ("IRN", "RUS", "CHN")
    assert (scenario.club.cap.low, scenario.club.cap.value, scenario.club.cap.high) == (0, 0.3, 0.5)
    assert "was 0.15" in (scenario.club.cap.note or "")


def test_overrides_give_what_reading_the_whole_changed_file_gives() -> None:
    """A source is read under one set of overrides after another: what they leave alone is taken over as checked."""
    source = Source.of("asiu")
    for path, _, _ in ranges(source.scenario()):
        set = [f"{path}=0.01", "club.members=[RUS, CHN]"]
        root = source.root.shallow()
        for assignment in set:
            apply(root, assignment)
        assert _read(lambda root=root: validate(root)) == _read(lambda set=set: source.scenario(set)), path
    assert source.scenario() == load_scenario("asiu")


def _read(scenario: Callable[[], Scenario]) -> Scenario | str:
    try:
        return scenario().model_copy(update={"changes": ()})
    except InputError as error:
        return str(error)


def test_what_depends_on_something_else_is_checked_again(tmp_path: Path) -> None:
    """A bare number rests on the source beside it, and a name may be that of a group of the scenario's own."""
    text = SMALL.replace("targets: [IRN]", "targets: [friends]\n    basis: cited\n    source: here")
    text = re.sub("effect: {.*}", "effect: -1", text).replace(
        "measures:", "groups: {friends: [{country: RUS}]}\nmeasures:"
    )
    source = Source.of(written(tmp_path, text))
    effect = source.scenario(["measures.oil.source=there"]).measures[0].effect
    assert effect is not None
    assert effect.source == "there"
    with pytest.raises(InputError, match="friends"):
        source.scenario(["groups={}"])
    wrong = written(tmp_path, text.replace("basis: cited", "basis: sighted"))
    assert load_scenario(wrong, set=["measures.oil.basis=cited"]).measures[0].basis == "cited"


@pytest.mark.parametrize(
    ("assignment", "field", "problem"),
    [
        ("nonsense", "nonsense", "path=value"),
        ("=1", None, "path=value"),
        ("club.readin=interview", "club.readin", "Did you mean 'reading'"),
        (
            "club.reading=interviews",
            "club.reading",
            "reading 'interviews' is unknown; there are letter, annex, ambassadors, interview",
        ),
        ("clubs.reading=interview", "clubs", "there is no `clubs` at the top"),
        ("measures.us-iran-embarg.enabled=false", "measures.us-iran-embarg", "Did you mean 'us-iran-embargo'"),
        ("measures.999.enabled=false", "measures.999", "there is no `999` in `measures`"),
        ("measures.ukraine-russia-embargo.enable=false", "measures.0.enable", "Did you mean 'enabled'"),
        ("measures.ukraine-russia-embargo.label.x=1", "measures.0.label.x", "plain value"),
        ("club.provisions.currency.effect.hight=1", "club.provisions.0.effect.hight", "Did you mean 'high'"),
        ("settings.closure=open", "settings.closure", "Allowed: fixed, proportional, balanced"),
        ("club.members=[Atlantis]", "club.members.0", "Atlantis"),
        ("title=a: b", "title", "--set title=a: b"),
        ("club.members=[RUS", "club.members", "broken YAML"),
        ("club.members=*x", "club.members", "alias"),
        ("club.members=!!python/object:os.system", "club.members", "the tag"),
        ("measures.us-iran-embargo.effect=1", "measures.us-iran-embargo.effect", "may not be above 0"),
        ("include=[x.yaml]", "include", "there is no `include` at the top"),
    ],
)
def test_a_bad_set_says_what_is_there(assignment: str, field: str | None, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("asiu", set=[assignment])
    assert problem in str(caught.value)
    assert "--set" in str(caught.value)
    assert (caught.value.field, caught.value.file) == (field, None)


def test_two_sets_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="CHN is listed while `china` is none") as caught:
        load_scenario("asiu", set=["club.china=none", "club.members=[RUS, CHN]"])
    assert caught.value.field == "club.members"
