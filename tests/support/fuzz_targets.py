"""What the fuzzers feed: bytes of every kind are read, or refused by name; what is read keeps every rule.

`make fuzz` runs these with Hypothesis, and with Atheris where it is installed; the tests run a little. The corpus
beside it (`fuzz/`) is small and of our own making.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.evidence import redact
from countervail.evidence.case_read import check_bundle, follows
from countervail.evidence.model import FORMAT
from countervail.evidence.reader import read_document
from countervail.evidence.schema import MENTION, Bundle
from countervail.scenario import dump
from countervail.scenario.load import Source
from countervail.world.store import load_world

CORPUS = Path(__file__).parent / "fuzz"
Edit = tuple[str, int, bytes]


def corpus(kind: str) -> list[bytes]:
    """The documents that mutation starts from."""
    return [path.read_bytes() for path in sorted((CORPUS / kind).iterdir())]


def check_document(kind: str, data: bytes) -> None:
    """Read a document; whatever it is, it is refused by name or follows every rule of a case."""
    name = f"a.{kind}"
    try:
        answer = read_document(data, name, "source:a")
    except InputError as refusal:
        if not str(refusal).startswith(name):
            raise
        return
    text = answer["text"]
    bundle = {
        "format": FORMAT,
        "sources": [{**answer["source"], "text": "text/a.txt"}],
        **{part: answer[part] for part in ("documents", "passages", "claims")},
        "links": [],
        "assessments": [],
    }
    follows(bundle, Bundle, name)
    check_bundle(bundle, {"source:a": text}, name)
    for row in answer["mentions"]:
        follows(row, MENTION, name)
        assert 0 <= row["start"] < row["end"] <= len(text)
    assert redact.find(text) == ()
    text.encode()


def check_scenario(data: bytes) -> None:
    """Parse a scenario: it is refused by name, or what it is written as is an equal scenario."""
    try:
        scenario = Source.parse(data, "given.yaml").scenario()
    except InputError as refusal:
        if "given.yaml" not in str(refusal):
            raise
        return
    assert Source.parse(dump(scenario).encode(), "again.yaml").scenario() == scenario


def check_world(data: bytes) -> None:
    """Load a world whose arrays, or whose datasheet, are these bytes: it is refused by name, or its accounts close."""
    arrays, sheet = ((CORPUS / "world" / f"small.{end}").read_bytes() for end in ("npz", "json"))
    if data.startswith(b"PK"):
        arrays = data
    else:
        sheet = data
    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.npz"
        path.write_bytes(arrays)
        path.with_suffix(".json").write_bytes(sheet)
        try:
            world = load_world(path=path)
        except InputError as refusal:
            if folder not in str(refusal):
                raise
            return
    assert world.check() == ()


DOCUMENTS: dict[str, Callable[[bytes], None]] = {
    kind: partial(check_document, kind) for kind in ("docx", "pdf", "html", "letters")
}
TARGETS = {**DOCUMENTS, "scenario": check_scenario, "world": check_world}


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """Bytes with pieces put in, written over, cut out, doubled or cut off."""
    result = bytearray(data)
    for how, place, piece in edits:
        at = place % (len(result) + 1)
        if how == "put":
            result[at:at] = piece
        elif how == "write":
            result[at : at + len(piece)] = piece
        elif how == "cut":
            del result[at : at + len(piece) * 7]
        elif how == "double":
            result[at:at] = result[at // 2 : at // 2 + len(piece) * 9]
        else:
            del result[at:]
    return bytes(result)


WORDS = (
    *("<p>", "</div>", "<!--", "-->", "<![", "<script>", "hidden", "&#0;", "]]>", "<![CDATA[", "<w:p>"),
    *(
        "<<: *a",
        "&a",
        "- id: ",
        "effect:",
        "!!python",
        "null",
        "1e999",
        "{}",
        "NaN",
        '"countries"',
        "library:asiu.yaml",
    ),
    *(" obj", "endobj", "stream\n", "endstream", "/Length 9", "<<", ">>", "xref", "/Filter /FlateDecode", "%PDF-"),
    *(
        "Tel ",
        "+98 21 6115 1234",
        "۰۹۱۲",
        "Dear ",
        "Date: ",
        "Mr. ",
        "\u202e",
        "\u200c",
        "\u2028",
        "Congo",
        '"',
        "\n\n",
    ),
)
TOKENS = [*(w.encode() for w in WORDS), b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"PK\x03\x04", b"\r"]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "write", "write", "cut", "double", "end"]),
        st.integers(0, 1 << 16),
        st.one_of(st.binary(min_size=1, max_size=12), st.sampled_from(TOKENS)),
    ),
    min_size=1,
    max_size=12,
)


def documents(kind: str) -> st.SearchStrategy[bytes]:
    """Mutated documents of a kind; of archives the parts, too, in an intact archive."""
    files = st.builds(edited, st.sampled_from(corpus(kind)), EDITS)
    archives = [data for data in corpus(kind) if data.startswith(b"PK")]
    if not archives:
        return files
    return st.one_of(files, st.builds(_parts, st.sampled_from(archives), st.integers(0, 20), EDITS))


def _parts(data: bytes, chosen: int, edits: list[Edit]) -> bytes:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for n, name in enumerate(source.namelist()):
            part = source.read(name)
            target.writestr(name, edited(part, edits) if n == chosen % len(source.namelist()) else part)
    return out.getvalue()
