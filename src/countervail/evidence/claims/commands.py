"""What is done to the words of a sentence before its clauses are looked for.

Sentences that begin with a verb, what a declaration decides ("Welcome the accession of X") and what readers are asked
to do ("List Y", "To the Union: list Y"), get the subject and auxiliary that they go without; the fields of an office
become one phrase.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from countervail.evidence.claims.repeats import of_several_words
from countervail.evidence.claims.units import CLOSED, Unit, nounlike, verb_forms
from countervail.evidence.names.name_words import POST_WORDS
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import Mention

POINT = re.compile(r"(?:\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]|[-•*—]) +(?=[A-Za-z])")
"""How a point of a list begins."""
DECLARING = re.compile(r"We,? (?:the )?[^.;]{5,700}[:,]$", re.DOTALL)
"""The line after which numbered paragraphs say what those who sign it do: "We, the leaders of X and Y,"."""
_PREAMBLE = re.compile(r"^T(?:he|HE) [A-Z][^\n.;:,]{3,90}(?:,|\s{1,4}(?P<hereby>hereby):)$", re.MULTILINE)
_MARKERS = frozenset(["#", ".", ")", "(", "-", "*", "•", "·", "▪", "◦"])
_THOUGHT = CLOSED["thoughts"]
"""What opens a thought or a courtesy and asks for nothing: "Suppose China joined"."""
_OBJECTS = frozenset(["D", "E", "#", "O", "Q"])
_NUMBER = re.compile(r"[a-z]|[ivx]{1,4}|\d{1,2}")
_RUNNING = [n[:k] for n in (["i", "ii", "iii", "iv"], ["a", "b", "c", "d"], ["1", "2", "3", "4"]) for k in (2, 3, 4)]
"""The numbers of lists of two to four that no colon opens."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz") | {"ii", "iii", "iv", "vi", "vii", "viii"}


def commanded(units: list[Unit], declared: str, body: Mention | None = None) -> list[Unit]:
    """The units of a sentence, with a subject and an auxiliary where it begins with a verb in its base form; `declared`
    is the pronoun of those who sign the text where they are who does it, `body` who its preamble names."""
    first = _after_marker(units)
    if first + 2 >= len(units) or units[-1].lower == "?":
        return units
    adverb = int(units[first].tag == "B")  # "Strongly condemns"
    if body is not None and _decides(units, first + adverb):
        return _decided(units, first + adverb, body)
    if units[first].lower == "to" and (colon := _addressed(units, first)):
        if units[colon + 1].lower == "do":  # "To Norway: do not sign it"
            return [*units[first + 1 : colon], _made(units[colon], "should", "A"), *units[colon + 2 :]]
        return [
            *units[first + 1 : colon],
            _made(units[colon], "should", "A"),
            _small(units[colon + 1]),
            *units[colon + 2 :],
        ]
    if (
        units[first].lower in {"do", "don't"}
        and not declared
        and (_orders(units, first + 2) or units[first].lower == "don't")
    ):
        told = _made(units[first], "should", "A")
        denied = [] if units[first].lower == "do" else [_made(units[first], "not", "X")]
        return [*units[:first], _made(units[first], "you", "O"), told, *denied, *units[first + 1 :]]
    if not _orders(units, first):
        return units
    who, how = (declared, "do") if declared else ("you", "should")
    made = units[:first]
    for k in range(first, len(units)):
        starts = k == first or (units[k - 1].tag == ";" and _orders(units, k))
        starts = starts or (k > 1 and units[k - 2].tag in {";", ","} and units[k - 1].tag == "C" and _orders(units, k))
        made += [_made(units[k], who, "O"), _made(units[k], how, "A"), _small(units[k])] if starts else [units[k]]
    return made


_DONE_TO = CLOSED["done_to_entries"]
"""What is done to the entry of a list whose sentence begins with it: "Designated in May", "Appointed director"."""


def entered(units: list[Unit], body: Mention) -> list[Unit]:
    """The units of a sentence below the name of an entry, without their label and with the entry as their subject where
    they have none: "Grounds: Sold coal to X", "Also listed by Y"."""
    colon = next((k for k, u in enumerate(units[:6]) if u.tag == ":"), -1)
    made = units[colon + 1 :] if colon > 0 and all(u.tag in "NPDE" for u in units[:colon]) else units
    k = next((k for k, u in enumerate(made) if u.tag != "B"), len(made))
    at = made[0].start if made else 0
    who = Unit(body.value or "", (body.value or "").lower(), "E", at, at, body)
    kind = next((j for j, u in enumerate(made[:3]) if u.lower == "of"), 0)
    kind = 0 if colon > 0 and units[0].lower in {"position", "positions", "function", "title", "designation"} else kind
    if kind and all(u.tag == "N" and u.mention is None for u in made[:kind]):
        return [who, _made(made[0], "is", "A"), _small(made[0]), *made[1:]]  # "Operator of ships used to"
    forms = verb_forms().get(made[k].lower, {}) if k + 1 < len(made) and made[k].mention is None else {}
    after = made[k + 1] if forms else None
    if after is None or not {"d", "n", "s"} & forms.keys() or after.lower == "of" or after.tag in {"A", "V", ":", "G"}:
        return made
    plural = "s" in forms and (
        after.tag not in {"D", "N", "E", "#"} or (not after.text[:1].islower() and after.tag == "N")
    )
    if plural or (not made[k].text[:1].isupper() and not k):
        return made
    passive = "n" in forms and (after.lower == "by" or forms["n"] in _DONE_TO)
    made[k].forms = forms
    return [who, *([_made(made[k], "was", "A")] if passive else []), *made[:k], _small(made[k]), *made[k + 1 :]]


def _decides(units: Sequence[Unit], i: int) -> bool:
    """Whether a point begins at unit i with what the body of the preamble does: "Requests the Bank to", "Decides"."""
    forms = units[i].forms or {} if i + 2 < len(units) else {}
    opens = units[i].tag == "V" and i > 0 and units[i - 1].tag in {"-", ")"}  # "- annuls the decision"
    if not (opens or units[i].tag == "N") or "s" not in forms or "b" in forms:
        return units[i].lower == "does" and units[i - 1].tag == "C"
    after = units[i + 1]
    return after.tag in _OBJECTS | {"N", "R"} or after.lower in {"to", "on", "upon", "with", "also", "further", "for"}


def _decided(units: Sequence[Unit], first: int, body: Mention) -> list[Unit]:
    """The units of such a point, the body before each of its verbs: "(the Council) does request"."""
    made = list(units[:first])
    for k in range(first, len(units)):
        parted = k > 1 and (units[k - 1].tag in {";", ","} or (units[k - 1].tag == "C" and units[k - 2].tag in ";,"))
        plain = units[k].text.islower() and units[k + 1 : k + 2] and units[k + 1].tag != "C"
        if k != first and not (parted and plain and _decides(units, k)):
            made.append(units[k])
            continue
        at, lemma = units[k].start, (units[k].forms or {}).get("s", "")
        made.append(Unit(body.value or "", (body.value or "").lower(), "E", at, at, body))
        if lemma:
            made.append(_made(units[k], "does", "A"))
        units[k].forms = {"b": lemma} if lemma else units[k].forms
        made.append(_small(units[k]))
    return made


def _after_marker(units: Sequence[Unit]) -> int:
    """Past "3.", "(a)", "-", "Please" at the head of a paragraph."""
    i = 0
    while i < min(4, len(units)) and (units[i].tag in _MARKERS or units[i].lower in _LETTERS - {"a", "i"}):
        i += 1
    told = {"note", "remember", "recall"}  # "Please note that X paid"
    asked = i + 1 < len(units) and units[i].lower in {"please", "kindly"} and units[i + 1].lower not in told
    return i + asked


def _orders(units: Sequence[Unit], i: int) -> bool:
    """Whether unit i is a verb in its base form with an object, or with an infinitive, after it."""
    if i + 1 >= len(units) or units[i].tag != "N" or "b" not in (units[i].forms or {}) or units[i].lower in _THOUGHT:
        return False
    k = i + 1
    while k < len(units) and units[k].tag == "B":
        k += 1
    if k < len(units) and units[k].tag == "," and (close := _closed(units, k)):
        k = close + 1
    k += 3 * ([u.tag for u in units[k : k + 3 : 2]] == ["(", ")"])  # "Approve (i) the budget"
    if k >= len(units):
        return False
    after, noun = units[k], units[i].lower in nounlike()
    if after.lower == "to":
        return k + 1 < len(units) and "b" in (units[k + 1].forms or {})
    if after.tag == "P" and after.lower in {"on", "upon", "with"}:
        return not noun and k + 1 < len(units) and units[k + 1].tag in _OBJECTS | {"N"}
    return after.tag in _OBJECTS or after.lower == "that" or (after.tag == "N" and not noun and after.text.islower())


def _closed(units: Sequence[Unit], k: int) -> int:
    """Where a short phrase between commas ends: "decline, at this stage, the request"."""
    if k + 1 >= len(units) or units[k + 1].tag not in {"P", "B"}:
        return 0
    return next((m for m in range(k + 2, min(len(units), k + 9)) if units[m].tag == ","), 0)


def _addressed(units: Sequence[Unit], first: int) -> int:
    """Where the colon of "To the Union: list X" stands, if a verb follows it."""
    colon = next((k for k in range(first + 2, min(len(units), first + 16)) if units[k].tag == ":"), 0)
    plain = bool(colon) and all(u.tag in "DNEC,P" for u in units[first:colon])
    denied = plain and [u.lower for u in units[colon + 1 : colon + 3]] == ["do", "not"]
    return colon if plain and (denied or _orders(units, colon + 1)) else 0


def plainly_put(units: list[Unit]) -> list[Unit]:
    """The units of a sentence with what is turned or set in put plainly: "X pays should Y leave", "none, it is worth
    recalling, has joined", "Not one of them has", "Not a single one has", "Mr. Speaker, they left"."""
    units = _unaddressed(units)
    if [u.lower for u in units[:2]] == ["not", "one"] and units[2:3]:
        word, tag = ("none", "O") if units[2].lower == "of" else ("no", "X")
        units = [_made(units[0], word, tag), *units[2:]]
    if [u.lower for u in units[:3]] == ["not", "a", "single"]:
        units = [_made(units[0], "no", "X"), *units[3:]]
    for i in range(1, len(units) - 2):
        if (
            units[i].lower == "should"
            and units[i + 1].tag in {"D", "E", "O", "#"}
            and units[i + 1].lower not in _FLOATING
        ):
            _turned(units, i)
    for i in range(2, len(units) - 2):
        had = units[i + 1].tag in {"O", "E"} and units[i + 2].lower in {"had", "has", "have", "did"}
        if units[i].lower == "as" and had and units[i - 1].tag in {"N", "E", "O"}:
            units[i].tag = "S"  # "left the pact as Peru had left the league"
    for i, unit in enumerate(units[1:-1], 1):
        if unit.lower in {"totalling", "totaling"} and units[i + 1].tag == "#":
            unit.tag, unit.forms = "P", None  # "payments totalling 2 million"
        elif units[i - 1].tag == "#" and unit.lower in {"more", "further"} and units[i + 1].tag == "N":
            unit.tag = "N"  # "three more firms"
        elif (units[i - 1].tag, unit.lower, units[i + 1].tag) == ("D", "late", "E"):
            unit.tag = "N"  # "the late Ivo Hass"
    units = of_several_words(_unnumbered(_sitting_in(units)))
    while remark := _remark(units):
        units = [*units[: remark[0]], *units[remark[1] :]]
    return units


def _unaddressed(units: list[Unit]) -> list[Unit]:
    """The units of a sentence without the office that it is said to: "Mr. Speaker, Chad left", "we ask, Madam Chair,
    that it stay"."""
    i = 0
    while i + 2 < len(units):
        k = i + 1 + (units[i + 1].tag == ".")
        end = next((j for j in range(k + 1, min(len(units), k + 3)) if units[j - 1].lower in CLOSED["chairs"]), 0)
        opens = i == 0 or units[i - 1].tag in {",", ":", ";", ".", "-", "Q"}
        if opens and end and units[i].text in CLOSED["addressing"] and units[end : end + 1] and units[end].tag == ",":
            inside = i > 0 and units[i - 1].tag == "," and units[end + 1 : end + 2]
            goes_on = inside and (units[end + 1].tag in {"A", "V", "R"} or units[end + 1].lower == "that")
            units = [*units[: i - 1 if goes_on else i], *units[end + 1 :]]  # without the comma before it
        else:
            i += 1
    return units


def _sitting_in(units: list[Unit]) -> list[Unit]:
    """The units of "Observers: X, the Y." at the head of minutes: "X and the Y attended the meeting as observers."."""
    rest = [u.tag for u in units[2:]]
    if [u.lower for u in units[:2]] != ["observers", ":"] or not {*rest} <= {*"DEC,."} or rest[-1:] != ["."]:
        return units
    last = max((k for k, u in enumerate(units) if u.tag == ","), default=0)
    listed = [_made(u, "and", "C") if k == last and k else u for k, u in enumerate(units)][2:-1]
    said = (("attended", "V"), ("the", "D"), ("meeting", "N"), ("as", "P"), ("observers", "N"))
    made = [*listed, *(_made(units[-1], *word) for word in said), units[-1]]
    made[len(listed)].forms = verb_forms()["attended"]
    return made


def _unnumbered(units: list[Unit]) -> list[Unit]:
    """The units of a sentence whose list is numbered as those of a plain one: "the following: (a) X; (b) Y", "approve
    (i) the budget and (ii) the plan"."""
    colon = next((i for i, u in enumerate(units) if u.tag == ":"), len(units))
    numbered = [
        i
        for i in range(1, len(units) - 3)
        if [units[i].text, units[i + 2].text] == ["(", ")"] and _NUMBER.fullmatch(units[i + 1].lower)
    ]
    marks = [i for i in numbered if units[i + 3].tag in {"D", "E"} or units[i + 3].text[:1].isupper()]  # no demands
    parted = [i for i in marks if units[i - 1].tag in {":", ";", ",", "C"} and i > colon]
    running = [units[i + 1].lower for i in numbered] in _RUNNING and marks == numbered
    marks = parted if parted[:1] == [colon + 1] and parted[1:] else marks if running else []
    for unit in (units[k] for i in marks[1:] for k in (i - 1, i - 2) if units[k].tag == ";"):
        unit.tag = unit.text = unit.lower = ","
    return [u for k, u in enumerate(units) if not any(i <= k < i + 3 for i in marks)]


_FLOATING = frozenset(["all", "both", "each", "this", "that"])


def _turned(units: Sequence[Unit], i: int) -> None:
    """Put "should X leave" after a main clause as "if X leaves"."""
    stop = next((k for k in range(i + 1, len(units)) if units[k].tag in {"R", "S", ";", ":", "."}), len(units))
    for k in range(i + 2, min(stop, i + 12)):
        unit, ended = units[k], units[k - 1].tag in {"E", "N", "O"}
        if not ended or (unit.lower not in {"be", "have"} and "b" not in (unit.forms or {})):
            continue
        if unit.lower == "be":
            unit.lower = unit.text = "is"
        elif unit.tag != "A" and unit.forms:
            unit.forms = {"s": unit.forms["b"]}
        units[i].lower, units[i].text, units[i].tag = "if", "if", "S"
        return


_REMARKS = re.compile(
    r"it (?:is|was) (?:also |well )?(?:worth \w{3,12}ing|true)(?: here)?|it bears \w{3,12}ing"
    r"|it (?:should|must|may|might|ought to|has to|will) be (?:said|noted|recalled|remembered|added|stressed|admitted)"
)


def _remark(units: Sequence[Unit]) -> tuple[int, int] | None:
    """Where a remark of the writer's between commas parts a subject and its verb."""
    for i in range(1, len(units) - 5):
        if units[i].tag != "," or units[i + 1].lower != "it":
            continue
        end = next((k for k in range(i + 3, min(len(units) - 1, i + 9)) if units[k].tag == ","), 0)
        goes_on = end and units[end + 1].tag in {"A", "V", "N"}
        if goes_on and _REMARKS.fullmatch(" ".join(u.lower for u in units[i + 1 : end])):
            return i, end + 1
    return None


def _made(beside: Unit, word: str, tag: str) -> Unit:
    """A word that is not in the text, at the place of another."""
    return Unit(word, word, tag, beside.start, beside.start)


def _small(unit: Unit) -> Unit:
    """A verb as it is written inside a sentence."""
    unit.text = unit.text.lower()
    return unit


def deciding(reading: Reading) -> tuple[int, Mention | None]:
    """The body that a line of its own names ("The Security Council,", "The Court hereby:"), and where that ends."""
    for match in _PREAMBLE.finditer(reading.folded.text):
        named = reading.within(*match.span(), "organisation")
        court = match["hereby"] and not named and "court" in match.group().lower()
        before = reading.within(0, match.start(), "organisation") if court else []
        named = [m for m in before if "court" in (m[0].value or "").lower()][:1] or named
        if len(named) == 1:
            return match.end(), named[0][0]
    return 0, None


def name_like(words: str) -> bool:
    """Whether words are set as a name or title, and not spoken."""
    return all(w[:1].isupper() or len(w) <= 3 for w in words.split())


_OFFICE = re.compile(rf"\b(?:\w{{1,16}}-)?(?:{POST_WORDS}|ministers|ministry|department|secretaries)", re.IGNORECASE)


def join_fields(units: Sequence[Unit]) -> None:
    """Take the fields of an office as one phrase ("the Minister of Industries, Mines and Trade"), and a noun with the
    name that it is called by."""
    for i in range(2, len(units) - 1):
        named = units[i].lower in {"named", "called"} and units[i + 1].tag == "E" and units[i - 1].tag == "N"
        k = next((k for k in range(i - 1, max(-1, i - 6), -1) if units[k].tag != "N"), -1)
        if named and k >= 0 and units[k].lower in {"a", "an", "one"} and units[i + 2 : i + 3] != []:
            units[i].tag, units[i].forms = "N", None  # "a watchman named X shows"
    for i in range(len(units) - 3):  # "rejects in the strongest possible terms the decision"
        terms = next((k for k in range(i + 2, min(len(units), i + 5)) if units[k].lower == "terms"), 0)
        closed = terms and units[i + 1].lower in {"the", "no"} and [u.tag for u in units[terms + 1 : terms + 2]]
        if units[i].lower == "in" and closed in (["D"], ["E"]):
            for unit in units[i : terms + 1]:
                unit.tag, unit.forms = "B", None
    for i in range(len(units) - 4):
        if units[i].text == "Under" and units[i + 1].text.startswith("Secretar"):
            units[i].tag = "N"  # "Under Secretary"
        if units[i].tag != "N" or not _OFFICE.fullmatch(units[i].text):
            continue
        end = i + 1
        while end + 1 < len(units) and units[end].lower in {"of", "for"}:
            fields = _field(units, end + 1 + (units[end + 1].lower == "the"))
            end = _last_field(units, fields) if fields > end + 1 else len(units)


def join_titles(units: Sequence[Unit]) -> None:
    """Take the title of a treaty as one phrase: "the Agreement on Road Transport", "the Convention for the Protection
    of Cables"; the preposition becomes a noun of it."""
    for i in range(1, len(units) - 2):
        k = i + 2 + (units[i + 2].lower == "the")
        titled = units[i].lower in CLOSED["treaties"] and units[i].tag == "N" and units[i].text.istitle()
        if not titled or k >= len(units) or units[i + 1].lower not in CLOSED["title_prepositions"]:
            continue
        about = units[k]
        body = about.mention is not None and about.mention.type == "organisation"
        body = body and (k == i + 2 or [u.lower for u in units[k + 1 : k + 2]] == ["of"])  # a field taken for a body
        if about.text[:1].isupper() and (about.tag == "N" or body):
            for unit in units[i + 1 : k]:
                unit.tag, unit.forms = "N", None
            about.tag, about.mention = ("N", None) if body else (about.tag, about.mention)


def _field(units: Sequence[Unit], k: int) -> int:
    """Where the capitalised common words from unit k end."""
    while (
        k < len(units)
        and units[k].tag == "N"
        and units[k].text[:1].isupper()
        and units[k].text not in CLOSED["titles"]
        and not _OFFICE.fullmatch(units[k].text)
    ):
        k += 1
    return k


def _last_field(units: Sequence[Unit], end: int) -> int:
    """Where the last of the fields ends whose first one ends before unit `end`; the marks between become nouns."""
    marks, k = list[int](), end
    while k + 1 < len(units) and units[k].tag in {",", "C"} and units[k].lower in {",", "and", "&"}:
        last = units[k].tag == "C" or units[k + 1].tag == "C"
        marks += [k] if units[k].tag == "C" or not last else [k, k + 1]
        start = marks[-1] + 1
        k = _field(units, start)
        if k == start or k - start > 4 or (k < len(units) and units[k].tag == "G"):
            return end
        if last:
            for mark in marks:
                units[mark].tag = "N"
            return k
    return end


def heading(units: Sequence[Unit]) -> list[Unit]:
    """The name that a point begins with, of which the rest of it speaks: "(b) Amber Union.", "- Amber Union: Chad"."""
    marked = next((k for k, u in enumerate(units[:4]) if u.tag == "E"), 0)
    after = units[marked + 1].text if marked + 1 < len(units) else "."
    before = [u for u in units[:marked] if len(u.text) > 2 or u.tag == "P"]
    alone = after == "." and len(units) <= marked + 2
    return [units[marked]] if marked and not before and (alone or after == ":") else []
