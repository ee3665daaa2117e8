"""Every mention in a text: countries, dates, organisations, people and direct speech, at raw offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from countervail.evidence.dates import find_dates
from countervail.evidence.names import persian_names
from countervail.evidence.names.gazetteer import find_countries
from countervail.evidence.names.listed import find_listed, merged
from countervail.evidence.names.name_words import AMERICAN_STATE, FIELDS, PARTICLES, QUOTING
from countervail.evidence.names.organisations import find_organisations
from countervail.evidence.names.people import find_people
from countervail.evidence.names.short_names import ACTS, AUX, told
from countervail.evidence.names.unlisted import CAP
from countervail.evidence.text import Folded, arabic, fold
from countervail.evidence.text.tokens import (
    Mention,
    Sought,
    Taken,
    adjectives,
    country_words,
    data_sections,
    lexicon,
    occurrences,
    tokenise,
)

_QUOTED = re.compile(r'"([^"\n]{2,1200}?)"')
_SPEECH_BEFORE = re.compile(
    rf"(?:\b(?:{QUOTING}|called|that|read|reads|quoted as saying"
    r"|گفت|افزود|اظهار داشت|تاکید کرد|نوشت)\b[^\"\n.]{0,60}[,:]? ?|[:,] ?)$"
)
_SPEECH_AFTER = re.compile(rf"[,]? ?(?:(?:the|an?) )?(?:[A-Za-z][\w'.-]{{0,25}} ){{0,4}}(?:{QUOTING}|according to)\b")


def _pairs(folded: Folded) -> Iterator[re.Match[str]]:
    """Texts between two quotation marks; one that is opened and never closed does not reach the next pair."""
    position = 0
    while match := _QUOTED.search(folded.text, position):
        opening = folded.raw[folded.offsets[match.start()]]
        closing = folded.raw[folded.offsets[match.end() - 1]]
        if opening in "”»" and not (opening == "»" and closing == "«"):
            position = match.start() + 1
        elif closing in "„«" or (closing == "“" and opening not in "„‟"):
            position = match.end() - 1
        else:
            yield match
            position = match.end()


_SINGLE = re.compile(
    r"(?<![\w'\"])'(?=[^\W\d_a-z])(?P<q>(?:[^'\"\n]|(?<=\w)'(?=\w)|(?<=s)'(?= [a-z])){3,600}?(?P<end>[,.!?])?)"
    r"(?:(?<!s)'|(?<=s)'(?! [a-z]))(?![\w'\"])"
)
"""Speech in single marks, British and other; in it an apostrophe stands between letters or behind a plural."""


def _single(folded: Folded) -> Iterator[re.Match[str]]:
    """Texts between two single quotation marks, where what stands beside them says that somebody speaks."""
    for match in _SINGLE.finditer(folded.text):
        curly = folded.raw[folded.offsets[match.start()]] == "‘"
        before = folded.text[max(0, match.start() - 90) : match.start()]
        after = folded.text[match.end() : match.end() + 60]
        said = _SPEECH_AFTER.match(after) or (match.group("end") and _SPEECH_BEFORE.search(before))
        if said and (curly or (match.group("end") and before.count('"') % 2 == 0)):
            yield match


def _brief(inner: str, before: str) -> bool:
    """Whether two or three words in quotation marks are what somebody said: a sentence of their own, "They did,"."""
    opens = not before.strip() or before.rstrip()[-1] in ".!?\"'" or before.endswith("\n")
    return (
        opens and inner[:1].isupper() and inner.rstrip()[-1:] in ",!?" and any(w[:1].islower() for w in inner.split())
    )


def find_quotes(folded: Folded) -> list[Mention]:
    """Direct speech between quotation marks: what is said, not a name or a term set in quotes."""
    found: list[Mention] = []
    text = folded.text
    for match in [*_pairs(folded), *_single(folded)]:
        inner, single = match.group(1), match.group()[0] == "'"
        before, after = text[max(0, match.start() - 90) : match.start()], text[match.end() : match.end() + 60]
        words = inner.split()
        if len(words) < 2 or any(
            m.start < folded.offsets[match.end() - 1] and folded.offsets[match.start()] < m.end for m in found
        ):
            continue
        sentence = inner.rstrip()[-1:] in ".!?," and len(words) >= 4 and any(w.islower() for w in words)
        titled = all(w[:1].isupper() or len(w) <= 3 for w in words)
        said = bool(_SPEECH_BEFORE.search(before) or _SPEECH_AFTER.match(after))
        if (titled and not _SPEECH_AFTER.match(after)) or not (
            sentence
            or single
            or (said and len(words) >= 3)
            or _brief(inner, before)
            or (len(words) >= 5 and any(w.islower() for w in words))
        ):
            continue
        a, b = folded.span(match.start(1), match.end(1))
        found.append(Mention(a, b, "quote", folded.raw[a:b]))
    return sorted(found, key=lambda m: m.start)


_PRESS = re.compile(
    r" (?:Wire|News|Newswire|Gazette|Times|Herald|Tribune|Courier|Journal|Chronicle|Observer|Telegraph|Dispatch|Post)$"
)
"""How the name of a paper ends that stands in a by-line like a second author."""
_CHAIR = (
    r"(?:The|THE) (?i:(?:acting |vice[ -]|deputy )?(?:chair(?:man|woman|person)?|president|speaker|presiding officer))"
)
_STYLED = (
    r"(?i:mr|mrs|ms|miss|dr|sir|lord|lady|baroness|sen(?:ator)?|rep(?:resentative)?|hon|prof(?:essor)?|judge|gov(?:ernor)?"
    r"|amb(?:assador)?|gen(?:eral)?|adm(?:iral)?|col(?:onel)?|chair(?:man|woman|person)?|director|secretary|commissioner)"
)
SPEAKS_FIRST = re.compile(
    rf"(?m)^[ \t]*(?P<who>{_CHAIR}|{_STYLED}\.? (?P<n>(?:(?!of )[^\W\d_][\w'-]{{0,24}} ){{0,3}}[A-Z][\w'-]{{1,24}})"
    r"(?: of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?)(?: \((?P<in>[^()\n]{2,80})\))?\.(?=[ \t]|$)"
)
"""How a turn begins whose speaker a full stop sets off: "Mr. SMITH. I thank", "The CHAIRMAN. Good morning"."""


def speaking_first(text: str) -> list[re.Match[str]]:
    """The labels with a full stop that begin turns, where the text has several."""
    found = [m for m in SPEAKS_FIRST.finditer(text) if _all_capital(m.group("n") or "")]
    return found if len(found) > 2 else []


def _all_capital(name: str) -> bool:
    """Whether a name has no small words but particles."""
    return all(w[0].isupper() or w in PARTICLES for w in name.split())


def _cased(name: str) -> str:
    """A surname in ordinary writing: "DE LA CRUZ", "McGOVERN", "O'NEILL"."""
    parts = re.split(r"([ '-])", name)
    return "".join(f"{p[:2]}{p[2:].title()}" if p[:2] == "Mc" else p.title() if p.isupper() else p for p in parts)


@cache
def _cities() -> re.Pattern[str]:
    """Capitals whose names hold the name of another state or a word of bodies: Port of Spain."""
    return re.compile(
        r"\b(?:Port[ -]of[ -]Spain|PORT OF SPAIN|Guatemala City|Panama City|Kuwait City|New Delhi|São Tomé)\b(?! and)"
    )


def _given_compound(text: str, end: int) -> bool:
    """Whether a given name goes on after what is also a state's: Georgia-Rae."""
    following = re.match(r"-(?P<w>[A-Z][a-z]+)", text[end : end + 24])
    return following is not None and following["w"] not in country_words() and following["w"] not in adjectives()


def find_mentions(raw: str | Folded, scanned: bool = False) -> list[Mention]:
    """All mentions in a raw text, ordered by start; the same text always gives the same list. `scanned` says that an
    OCR wrote it."""
    folded = fold(raw) if isinstance(raw, str) else raw
    text = folded.text
    countries = find_countries(folded, scanned)
    dates = find_dates(folded)
    # back to folded offsets once, so that the name rules work on one text
    to_folded = _Inverse(folded)
    dated = [to_folded.span(m) for m in dates if m.value or " " in m.detail.get("raw", "")]
    placed = [to_folded.span(m) for m in countries]
    tokens = tokenise(text)
    cities = [m.span() for m in _cities().finditer(text)]
    in_city = Taken(cities)
    countries = [
        m
        for m, (a, b) in zip(countries, placed, strict=True)
        if not in_city.overlaps(a, b) and not _given_compound(text, b)
    ]
    states = {to_folded.span(m) for m in countries}
    placed = [to_folded.span(m) for m in countries]
    former = Taken(to_folded.span(m) for m in countries if "historic" in m.detail)
    organisations = [s for s in find_organisations(text, tokens) if not former.overlaps(*s)]
    organisations = [s for s in organisations if s not in states and not in_city.overlaps(*s) and not _no_body(text, s)]
    organisations = [(a, b - 2 if _DOTTED_FORM.match(text, b - 2) else b) for a, b in organisations]
    in_body = Taken(organisations)  # "Atlas-Niger Mutual" is no mention of Niger
    dates = [m for m in dates if not in_body.overlaps(*to_folded.span(m)) or m.detail.get("open") != "no year"]
    inside = [text[a - 1 : a] == "-" and in_body.overlaps(a, b) for a, b in placed]
    countries = [m for m, no in zip(countries, inside, strict=True) if not no]
    placed = [s for s, no in zip(placed, inside, strict=True) if not no]
    listed, bodies = find_listed(text)
    inside_entries = Taken(merged([row[:2] for row in listed]))
    for label in speaking_first(text):
        if label["n"] and not inside_entries.overlaps(*label.span("n")):
            listed.append((*label.span("n"), _cased(label["n"]), {}))
    entries = [row[:2] for row in listed] + [row[:2] for row in bodies]
    closed = Taken(merged(entries))
    organisations = [s for s in organisations if not closed.overlaps(*s)]
    sums = [m.span() for m in _CURRENCY.finditer(text)]
    taken = Taken(merged([*placed, *dated, *organisations, *entries, *sums]))
    people = find_people(text, tokens, taken)
    firms = _firms_by_its(text) if people else frozenset()
    press = [s for s in people if _PRESS.search(text[s[0] : s[1]]) or text[s[0] : s[1]] in firms]
    people = [s for s in people if s not in press]
    used = Taken(merged([*placed, *dated, *organisations, *entries, *sums, *people, *press]))
    organisations = sorted([*organisations, *press, *_acting(text, people, used)])
    if arabic(text):
        farsi_people = persian_names.find_people(text)
        by_farsi = Taken(sorted(farsi_people))
        people += farsi_people
        organisations += [s for s in persian_names.find_organisations(text) if not by_farsi.overlaps(*s)]
    named = [Mention(*folded.span(a, b), "person", name, dict(detail)) for a, b, name, detail in listed]
    named += [Mention(*folded.span(a, b), "organisation", name) for a, b, name in bodies]
    for kind, spans in (("person", people), ("organisation", organisations)):
        for start, end in spans:
            a, b = folded.span(start, end)
            named.append(Mention(a, b, kind, re.sub(r"^H\.? ?E\.? ", "", " ".join(text[start:end].split()))))
    # a country's name that a person carries is not the country
    carried = Taken(sorted((m.start, m.end) for m in named if m.type == "person"))
    countries = [m for m in countries if not carried.overlaps(m.start, m.end)]
    # nor a day or month that a name holds a date: the Friday Society
    held = Taken(merged([(m.start, m.end) for m in named if m.type in {"person", "organisation"}]))
    dates = [
        m
        for m in dates
        if not (held.overlaps(m.start, m.end) and m.value is None and " " not in m.detail.get("raw", " "))
        and not _DAY_OF_NAME.search(folded.raw, max(0, m.start - 12), m.end + 3)
    ]
    mentions = [*countries, *dates, *named, *find_quotes(folded)]
    return sorted((replace(m) for m in mentions), key=lambda m: (m.start, m.end, m.type))


_DAY_OF_NAME = re.compile(
    r"\b(?:led by|chaired by|headed by|Mr\.?|Mrs\.?|Ms\.?|Dr\.?) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day [A-Z][a-z]"
)
_CURRENCY = re.compile(r"\b(?:USD|EUR|GBP|CHF|CNY|RMB|JPY|RUB|INR|AED|TRY|BRL|ZAR) ?(?=\d)")
"""The code of a currency before a sum, which is no part of the name before it: "paid Haiyue USD 46 million"."""


_ITS_OWN = Sought(
    " its ",
    rf"(?<![\w.'-])(?P<n>{CAP}(?: {CAP}){{1,3}}),?{AUX} (?:{ACTS}|\w{{3,12}}ed)"
    r"(?: (?:from|in|to|for|all|of|with))? its ",
)
"""What has something of its own: "Nordlys Metall cancelled its contract"."""


def _firms_by_its(text: str) -> frozenset[str]:
    """Names of two words and more, none of them given, that do something with what is "its": no person does."""
    named = {m["n"] for m in _ITS_OWN.finditer(text)}
    return frozenset(n for n in named if not any(word in lexicon().given for word in n.split()))


def _acting(text: str, people: list[tuple[int, int]], taken: Taken) -> list[tuple[int, int]]:
    """Organisations among what nothing else was read in: names that act as firms do, wherever they stand."""
    persons = {word for a, b in people for word in text[a:b].split()}
    found = (s for s in told(text).acting() if not taken.overlaps(*s))
    names = {name for a, b in found if not persons.intersection((name := text[a:b]).split()) and len(name) > 2}
    if not names:
        return []
    return [s for s in occurrences(names, text, r"[\w-]|\s[A-Z]") if not taken.overlaps(*s)]


def _no_body(text: str, span: tuple[int, int]) -> bool:
    """Whether it is no body: the programme that an entry is listed under, [SDGT], an adjective, Kestrian-owned, what a
    minister is of, or an American state."""
    a, b = span
    if AMERICAN_STATE.fullmatch(text, a, b) or _SHIP_KIND.fullmatch(text, a, b):
        return True
    words = text[a:b].split()
    if len(words) == 2 and words[1] in _OF_A_MINISTER and _OFFICE_AFTER.match(text, b):
        return True  # "Kestrian Transport Minister Boaz Lind"
    head, _, rest = text[a:b].partition("-")
    if rest.islower() and " " not in rest and (head in adjectives() or head in country_words()):
        return True
    return text[a - 1 : a] == "[" and text[b : b + 1] in {"]", "-"} and text[a:b].isupper()


_OF_A_MINISTER = FIELDS | frozenset(data_sections("english/lexicon.txt")["ministries"])
_OFFICE_AFTER = re.compile(r" (?:(?:Deputy|Vice|First) )?(?:Minister|Secretary|Commissioner|Ministry) ?")
_DOTTED_FORM = re.compile(r" [A-Z]\.(?:[A-Z]\.){0,3}[ACGKLV]\.(?![\w-])")
"""A legal form in letters with stops, whose first letter is no part of the name: "Bank of Palmyra P.S.C."."""
_SHIP_KIND = re.compile(
    r"(?:(?:Crude|Oil|Products?|Chemical|Gas|LPG|LNG|Bulk|General|Cargo|Container|Asphalt|Bitumen|Supply|Passenger) )*"
    r"(?:Tanker|Carrier|Cargo|Ship|Vessel|Tug|Ferry|Trawler)"
)
"""What kind of ship it is, and no name of one."""


class _Inverse:
    """From raw offsets back to folded ones."""

    def __init__(self, folded: Folded) -> None:
        self.offsets = folded.offsets

    def span(self, mention: Mention) -> tuple[int, int]:
        from bisect import bisect_left

        start = bisect_left(self.offsets, mention.start)
        return start, bisect_left(self.offsets, mention.end)
