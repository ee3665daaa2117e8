"""Countries named in a text: a gazetteer with rules for ambiguity, and repair of names an OCR misread.

A name that stands for two countries ("Congo", "Korea") keeps both candidates and gets no value. Adjectives and capitals
("Iranian", "Tehran") are not countries here. Rules for names that are also something else (the Jordan river, a person
called Chad, Georgia in America) look at the neighbouring words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from countervail.evidence.names import name_words as w
from countervail.evidence.text import Folded, arabic
from countervail.evidence.text.tokens import (
    Mention,
    Taken,
    adjectives,
    alternatives,
    country_names,
    country_words,
    data_lines,
    data_sections,
    lexicon,
)

_SKELETON = str.maketrans(
    {"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b", "e": "c", "6": "b", "9": "g", "q": "g"}
)
_FORM = re.compile(
    r"(?:(?:Islamic|Bolivarian|Federal|Federative|Democratic|People's|Socialist|United|Arab|Hashemite"
    r"|Oriental|Co-?operative|Plurinational|Lebanese) ){0,3}"
    r"(?:Republic|Kingdom|State|Sultanate|Union|Federation|Emirate|Commonwealth|Principality) of (?:the )?$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r" (?:River|Delta|Basin|City|Valley|Sea|Rift|Tech|Straits?|Street|Road|Avenue|Lane|Square|Boulevard|Drive|Creek"
    r"|Lake|Falls|Springs|Bridge|Quay|Terrace|Hills?|Heights|dollars?)\b"
)
_OF_A_SAINT = re.compile(r"(?:'s)? (?!Prime |President |Foreign |and )[A-Z]| de |'s ")
"""What follows a saint who is no state: St. Vincent's Hospital."""
_PART_OF = {
    name: frozenset(before)
    for name, *before in (line.split("|") for line in data_sections("english/lexicon.txt", lines=True)["part_of"])
}
_PART = re.compile(rf"(?:{'|'.join(sorted(set().union(*_PART_OF.values())))}) (?:the )?$", re.IGNORECASE)
_IN_CAPITALS = {name for line in data_lines("bodies.txt") for name in line.split("|") if name.isupper()}  # GUAM
_ALSO_GIVEN = w.COUNTRIES_GIVEN | {"China"}
_ALSO_SURNAME = _ALSO_GIVEN.union(data_sections("english/lexicon.txt")["state_surnames"])
_ALSO_PERSIAN_WORD = frozenset(
    ["مالی", "قطر", "پرو", "چاد", "موریس", "غنا", "مصر", "عمان", "هند", "مالت", "شیلی", "کره", "امارات"]
)
_CANDIDATE = re.compile(r"(?<![\w@])[A-Zl1|!058][A-Za-z0-9|!'-]{3,24}(?![\w@])")
_NEAR_MISS = frozenset(
    ["Prussia", "Siberia", "Iberia", "Roland", "Franco", "Guiana", "Angora", "Brasil", "Frances", "Poland's"]
)


@cache
def _historic() -> tuple[re.Pattern[str], dict[str, dict[str, object]]]:
    """States that are no more, with when they were and what followed them."""
    text = (files("countervail") / "former_states.tsv").read_text(encoding="utf-8")
    states: dict[str, dict[str, object]] = {}
    for line in text.splitlines()[1:]:
        names, _, begin, end, successors = line.split("\t")
        first = names.split("|")[0]
        state: dict[str, object] = {"historic": first, "existed": f"{begin}/{end}", "successors": successors.split()}
        for name in names.split("|"):
            states[name] = state
            states.setdefault(name.upper(), state)
    return re.compile(rf"(?<![A-Za-z0-9_@.]){alternatives(states)}(?![A-Za-z0-9_]|\.[A-Za-z])"), states


_ARABIC_WORD = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff"
_NEXT_WORD = re.compile(r" ([A-Z][\w'-]+)")
_PREVIOUS_WORD = re.compile(r"(?<![\w'-])([A-Z][\w'-]{0,30}\.?) $")


def _ascii(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


@cache
def _english() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    names: dict[str, tuple[str, ...]] = {}
    for row in country_names():
        for name in row.english:
            for variant in {
                name,
                _ascii(name),
                name.replace(" ", "-") if name.startswith(("North ", "South ")) else name,
            }:
                names[variant] = row.codes
                if len(variant.replace(".", "")) >= 4:
                    names.setdefault(variant.upper(), row.codes)
                    names.setdefault(variant.replace(" of the ", " of The "), row.codes)
    names["U.S"] = ("USA",)
    names.pop("the Congo", None)
    # "IRI", "CAR": initials that are other things more often than not stay out
    pattern = rf"(?<![A-Za-z0-9_@.]){alternatives(names)}(?![A-Za-z0-9_$]|\.[A-Za-z])"
    return re.compile(pattern), names


@cache
def _persian() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    names = {name: row.codes for row in country_names() for name in row.persian}
    return re.compile(rf"(?<![{_ARABIC_WORD}]){alternatives(names)}(?![{_ARABIC_WORD}])"), names


def skeleton(word: str) -> str:
    """What is left of a word when the letters that OCR confuses are made equal."""
    return word.lower().replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("ii", "u").translate(_SKELETON)


@cache
def _skeletons() -> dict[str, tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in country_names():
        for name in row.english:
            if len(name) >= 4 and "." not in name and "(" not in name:
                for variant in {name, _ascii(name)}:
                    found.setdefault(skeleton(variant), (name, row.codes))
                    found.setdefault(skeleton(variant.replace(" ", "")), (name, row.codes))
    return found


@cache
def _fuzzy_names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((n.lower(), r.codes) for r in country_names() for n in r.english if len(n) >= 6 and n.isalpha())


_ALIKE = ("ecoa", "iltj1f", "nuvrm", "hbk", "gqy", "s5z", "dc", "vyw", "BE8R", "GCO")


def _one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one letter that an OCR confuses, or (from seven letters) by one left out or put
    in."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] and any(a[i] in group and b[i] in group for group in _ALIKE)
    if min(len(a), len(b)) < 7:
        return False
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]


_JAPAN_BEFORE = re.compile(r"\bJapan(?:, (?:China|Taiwan|Australia))?,? (?:and|or) $")
_JAPAN_AFTER = re.compile(r"(?:, China)?,? (?:and|or) Japan\b")
"""Korea beside Japan, which is the southern one."""
_CONGO_BEFORE = re.compile(r"(?<![\w|])(?P<a>[A-Za-z0-9|]{1,25}) (?P<b>[A-Z][A-Za-z0-9|]{1,25}) [o0]f (?:the )?$")
_CONGO_AFTER = re.compile(r"[- ]\(?(?P<n>[A-Z][A-Za-z0-9|]{6,12})\b")


def _congo(text: str, start: int, end: int, codes: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    """A Congo with its neighbours read through OCR noise: which of the two it is, and the span; else as it was."""
    name = text[start:end]
    if not name.endswith("Congo"):
        return start, end, codes
    after = _CONGO_AFTER.match(text, end)
    if after:
        for city, code in (("brazzaville", "COG"), ("kinshasa", "COD")):
            if skeleton(after.group("n")) == skeleton(city):
                return start, after.end(), (code,)
    lead = text[max(0, start - 40) : start]
    if name.startswith("Republic"):
        word = re.search(r"([A-Z][A-Za-z0-9|]+) $", lead)
        if word and (
            skeleton(word.group(1)) == skeleton("Democratic") or _one_edit(word.group(1).lower(), "democratic")
        ):
            return start - len(word.group()), end, ("COD",)
        return start, end, codes
    before = _CONGO_BEFORE.search(lead)
    if before and len(codes) > 1 and skeleton(before.group("b")) == skeleton("Republic"):
        democratic = skeleton(before.group("a")) == skeleton("Democratic")
        begin = start - len(before.group()) + (0 if democratic else before.start("b") - before.start())
        return begin, end, ("COD",) if democratic else ("COG",)
    return start, end, codes


_REGION = re.compile(r" in (?:the )?(?:(?:north|south|east|west)(?:ern)?|central) (?:of )?([A-Z][a-z]+)\b")


def _is_person_or_place(text: str, start: int, end: int) -> bool:
    """Whether a country's name here belongs to a river, a city, a sea, a currency, an American state or a person."""
    name = text[start:end]
    before, after = text[max(0, start - 40) : start], text[end : end + 30]
    called = name in _IN_CAPITALS and not _shouted(text, start, end)
    if called or _PLACE.match(after) or w.IN_STATE.match(text, end):
        return True
    region = _REGION.match(after)
    if region and region.group(1) in country_words():
        return True  # "Macedonia in northern Greece"
    if name.startswith(("Saint ", "St")) and _OF_A_SAINT.match(after):
        return True
    if name == "Antigua" and after.lstrip(",").startswith(" Guatemala"):
        return True
    parts = _PART_OF.get(name.capitalize() if name.isupper() else name)
    if parts and (m := _PART.search(before)) and m.group().strip().lower().removesuffix(" the") in parts:
        return True
    words = lexicon()
    if name == "Georgia" and (w.AMERICAN_PLACE.search(before) or w.AMERICAN_AFTER.match(text, end)):
        return True
    previous = _PREVIOUS_WORD.search(before)
    if name in _ALSO_SURNAME and previous:
        word = previous.group(1).rstrip(".")
        if (word in words.given or word in words.titles) and word not in country_words():
            return True
    following = _NEXT_WORD.match(after)
    if name in _ALSO_GIVEN and following:
        word = following.group(1)
        return not (
            word in words.not_names
            or word in words.org_heads
            or word in words.posts
            or word in words.ranks
            or word in words.capitals
            or word in country_words()
            or word in adjectives()
            or word.isupper()
            or word in words.titles
            or word.endswith("'s")
        )
    return False


def _shouted(text: str, start: int, end: int) -> bool:
    """Whether "US" stands in a line of capitals as the pronoun."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)][:200]
    letters = [c for c in line if c.isalpha()]
    return (
        len(letters) > 6
        and sum(c.isupper() for c in letters) / len(letters) > 0.9
        and not re.search(r"\b(?:THE|AND|OF|BY|ANTI)[ -]$", text[max(0, start - 6) : start])
    )


def _neighbour_is_country(text: str, start: int, end: int, spans: Taken) -> bool:
    after = re.match(r"[ ]?(?:،|,|و )[ ]?", text[end : end + 4])
    before = re.search(r"(?:،|,| و)[ ]?$", text[max(0, start - 4) : start])
    return bool(after and spans.overlaps(end + after.end(), end + after.end() + 1)) or bool(
        before and spans.overlaps(start - len(before.group()) - 1, start - len(before.group()))
    )


def _mention(folded: Folded, start: int, end: int, codes: tuple[str, ...], **detail: object) -> Mention:
    a, b = folded.span(start, end)
    if len(codes) == 1:
        return Mention(a, b, "country", codes[0], dict(detail))
    return Mention(a, b, "country", None, {"candidates": list(codes), **detail})


def _noisy(text: str) -> bool:
    """Whether words hold digits or bars often enough to look like the output of an OCR."""
    mixed = len(
        re.findall(
            r"\b[A-Za-z]+[01|!5][a-z]+\b|\b\d{1,3}[OolI]\d{1,3}\b|\b[A-Za-z]{2,}(?:rrn|prn|rnp|ernb)[a-z]+\b"
            r"|\b[a-z]+rnent\b",
            text,
        )
    )
    return mixed + len(re.findall(r"\bl(?:ran|raq|ndia|slamic|nternational|n the)\b", text)) >= 2


def _suffixes(words: str) -> list[str]:
    """The last words of a phrase with their space, longest first."""
    parts = words.split(" ")[:-1]
    return [" ".join(parts[i:]) + " " for i in range(len(parts))]


def _misread(folded: Folded, taken: Taken, scanned: bool) -> Iterator[Mention]:
    text, words = folded.text, lexicon()
    fuzzy = scanned or _noisy(text)
    for match in _CANDIDATE.finditer(text):
        token = match.group()
        start, end = match.span()
        token = token.removesuffix("'s").rstrip("'-!|")
        end = start + len(token)
        if len(token) < 4:
            continue
        if taken.overlaps(start, end) or token in country_words() or token in adjectives() or token in words.given:
            continue
        odd = not token.replace("'", "").replace("-", "").isalpha() or (token[0] == "l" and token[1:].islower())
        if token[0] == "l" and not fuzzy and skeleton(token) not in _L_NAMES:
            continue
        # two-word names: this token and the next
        following = re.match(r" ([A-Za-z0-9|!]{4,15})\b", text[end : end + 18])
        if following and (hit := _skeletons().get(skeleton(f"{token} {following.group(1)}"))):
            yield _mention(folded, start, end + following.end(), hit[1], repaired=hit[0])
            continue
        if token[0].isupper() and ("rn" in token or odd):
            previous = re.search(r"(?:[A-Z][A-Za-z'-]+ ){1,2}$", text[max(0, start - 40) : start])
            whole = next(
                (p for p in _suffixes(previous.group() if previous else "") if skeleton(p + token) in _skeletons()),
                None,
            )
            if whole:
                name, codes = _skeletons()[skeleton(whole + token)]
                yield _mention(folded, start - len(whole), end, codes, repaired=name)
                continue
        if (
            (hit := _skeletons().get(skeleton(token)))
            and (odd or len(token) >= 6 or (fuzzy and len(token) >= 5))
            and hit[0] != token
            and token not in words.not_names
        ):
            yield _mention(folded, start, end, hit[1], repaired=hit[0])
            continue
        if (
            fuzzy
            and len(token) >= 6
            and token not in words.not_names
            and token not in _NEAR_MISS
            and token not in words.capitals
        ):
            near = {codes for name, codes in _fuzzy_names() if _one_edit(token.lower(), name)}
            if len(near) == 1:
                (codes,) = near
                yield _mention(folded, start, end, codes, repaired="?")


_L_NAMES = frozenset(
    skeleton(n) for n in ("Iran", "Iraq", "India", "Italy", "Israel", "Ireland", "Indonesia", "Iceland")
)


def find_countries(folded: Folded, scanned: bool = False) -> list[Mention]:
    """Every country named in the text, in order; `detail` holds `candidates` where ambiguous, `repaired` where
    misread."""
    text = folded.text
    pattern, names = _english()
    taken = Taken()
    found: list[Mention] = []
    former, states = _historic()
    for match in former.finditer(text):
        a, b = folded.span(*match.span())
        taken.add(*match.span())
        found.append(Mention(a, b, "country", None, dict(states[match.group()])))
    for match in pattern.finditer(text):
        start, end = match.span()
        name = match.group()
        if taken.overlaps(start, end):
            continue
        codes = names.get(name)
        if codes is None or _is_person_or_place(text, start, end):
            continue
        if name == "Emirates" and not text.startswith(("the ", "The "), max(0, start - 4)):
            continue  # the airline
        if name == "US" and (_shouted(text, start, end) or text[end : end + 1] == "$"):
            continue
        start, end, codes = _congo(text, start, end, codes)
        japan = _JAPAN_BEFORE.search(text[max(0, start - 30) : start]) or _JAPAN_AFTER.match(text, end)
        codes = ("KOR",) if name == "Korea" and japan else codes
        before = text[max(0, start - 70) : start]
        if before.lower().endswith((" of ", " of the ")) and (form := _FORM.search(before)):
            start -= len(form.group())
        taken.add(start, end)
        found.append(_mention(folded, start, end, codes))
    if arabic(text):
        pattern, names = _persian()
        hits = [(m.start(), m.end(), m.group()) for m in pattern.finditer(text)]
        sure = Taken((s, e) for s, e, n in hits if n not in _ALSO_PERSIAN_WORD)
        for start, end, name in hits:
            if name in {"مالی", "قطر", "پرو", "موریس", "غنا"} and not (
                _neighbour_is_country(text, start, end, sure)
                or re.search(r"(?:کشور|جمهوری|دولت) $", text[max(0, start - 8) : start])
            ):
                continue
            taken.add(start, end)
            found.append(_mention(folded, start, end, names[name]))
    for mention in _misread(folded, taken, scanned):
        found = [m for m in found if m.end <= mention.start or m.start >= mention.end]
        found.append(mention)
    return sorted(found, key=lambda m: m.start)


@cache
def regions() -> dict[str, frozenset[str]]:
    """What a part of the world is called, in small letters, with the codes of its states."""
    rows = [line.split("|") for line in data_sections("english/nouns.txt", lines=True)["regions"]]
    return {name.strip(): frozenset(codes.split()) for names, codes in rows for name in names.split(",")}
