"""Every mention in a text: countries, dates, organisations, people and direct speech, at raw offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from countervail.evidence.dates import find_dates
from countervail.evidence.names import persian_names
from countervail.evidence.names.gazetteer import find_countries
from countervail.evidence.names.name_words import AMERICAN_STATE, PARTICLES, QUOTING
from countervail.evidence.names.organisations import find_organisations
from countervail.evidence.names.people import find_people
from countervail.evidence.names.short_names import Told, firms_by_its
from countervail.evidence.names.unlisted import UP
from countervail.evidence.text import LOW, Folded, fold
from countervail.evidence.text.tokens import Mention, Taken, adjectives, alternatives, country_words, lexicon, tokenise

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


_LEGAL = (
    r"(?:FZE|FZCO|FZ-?LLC|LLC|L\.L\.C\.?|LTD|LIMITED|CO|COMPANY|CORP|INC|PLC|GMBH|AG|S\.?A\.?|JSC|OJSC|PJSC|OOO|BV|N\.?V\.?"
    r"|SPA|SRL|PTE|BANK|GROUP|EST)"
)
_UPPER = rf"[{UP}][{UP}'-]{{1,24}}"
_NEXT = rf"(?:[{UP}][{LOW}'-]{{1,24}}(?:-[{UP}][{LOW}]{{1,24}})?|(?:[A-Z]\.){{1,3}}|al-[A-Z][a-z]{{1,24}})"
_ENTRY = re.compile(
    rf"(?<![\w'&-])(?P<s>{_UPPER}(?: (?:{_UPPER}|[a-z]{{2,3}}|al-[A-Z]{{2,24}})){{0,4}}), "
    rf"(?P<g>{_NEXT}(?: (?:{_NEXT}|bin)){{0,3}})(?= ?(?:[();,.]|$|\n)| {{1,4}}(?:[Dd]ate of|[Pp]lace of|DOB|POB|[Bb]orn"
    r"|[Nn]ationality|[Ll]isted|[Tt]itle|[Pp]osition|[Pp]assport)\b)"
)
"""A name as lists give it: SURNAME, Given Name."""
_UNMARKED = re.compile(
    rf"(?m)^(?:\(?\d{{1,4}}[.)] |[-*•] )?(?P<s>{_UPPER}(?: {_UPPER}){{0,2}}) (?P<g>{_NEXT}(?: {_NEXT}){{0,3}})"
    r"(?=[.;,:]? *\(?(?:also known as|alias|resident (?:in|of)"
    r"|DOB|D\.O\.B|POB|[Dd]ate of birth|[Bb]orn|[Nn]ationality|[Tt]itle|[Pp]osition"
    r"|Name \(|a\.k\.a|[Ll]isted on)\b)"
)
"""The same without a comma, at the head of an entry: 1. SURNAME Given Name. DOB: ..."""
_BODY = re.compile(
    r"(?m)^[-*•\d.) ]{0,5}(?P<n>[A-Z][A-Z&'-]{1,24}(?: (?:[A-Z&][A-Z&'.-]{0,24}|OF|AND)){1,8})(?=[,;(\n]| \()"
)
_CAPITALS = re.compile(
    rf"(?m)^ {{0,3}}(?:\(?\d{{1,4}}[.)] ?|[-*•] )?(?P<n>{_UPPER}(?: {_UPPER}){{1,4}}),?\n"
    r"(?=(?: {0,6}[A-Z][\w ()-]{2,30}:[^\n]{0,160}\n){0,3}"
    r" {0,6}(?:Date of birth|DOB|Year of birth|Nationality|Passport)\b)"
)
"""A person's name in capitals as the head of an entry, above the fields of a person."""
_BODIES_BELOW = re.compile(
    r"(?m)^[ \t]*(?:[A-Z]\. |\d\. )?(?:Entities|ENTITIES|Companies|Organi[sz]ations|Firms)[ \t]*:?$"
)
_HEADED = re.compile(r"(?m)^[ \t]*(?:[A-Z]\. |\d\. )?[A-Z][A-Za-z]{3,20}(?: [A-Za-z]{2,16}){0,3}[ \t]*:?$")
"""A heading of a list of bodies, and any heading."""
_ALIAS = re.compile(
    r"\b(?:[af]\.?k\.?a\.?|alias|also known as|alt\. name|good quality|low quality)[ :]{0,2}\"?$", re.IGNORECASE
)
_PRESS = re.compile(
    r" (?:Wire|News|Newswire|Gazette|Times|Herald|Tribune|Courier|Journal|Chronicle|Observer|Telegraph|Dispatch|Post)$"
)
"""How the name of a paper ends that stands in a by-line like a second author."""
_SHIP = re.compile(r"(?:M[TV]|SS|FV|MS|MSV|LPG|LNG|MY|OSV) ")
_NUMBERED = re.compile(
    r"\b[af]\.?k\.?a\.?[:;]? ?(?:\(\d{1,2}\)|[a-h]\))[^\n.;:]{0,120}$|\b[af]\.?k\.?a\.?[:;]? ?\(1\) $"
)
"""Before a name that is one of several numbered aliases."""
_NUMBERED_ALIAS = re.compile(r"\(\d{1,2}\) (?P<n>[A-Z][A-Z'-]{1,24}(?: [A-Z][A-Z'-]{1,24}){0,3})(?=[.;]| ?\(\d| ?$)")
_PARTS = re.compile(
    r"\b1: ?(?P<a>[^\W\d_][^\n:\d]{1,40}) 2: ?(?P<b>[^\n:\d]{2,40}) 3: ?(?P<c>[^\n:\d]{2,40})"
    r"(?: 4: ?(?P<d>[^\n:\d ]{2,40}))?"
)
"""A name in numbered parts, as the lists of the Security Council give it; "na" is none."""
_NICKNAME = re.compile(r"\b[af]\.?k\.?a\.? \"(?P<n>[A-Z][A-Z' -]{2,40})\"")
_LISTED = re.compile(
    r"\b(?:DOB|POB|IMO \d|Passport|National ID|nationality|resident (?:in|of)|a\.k\.a\.)"
    r"|\((?:individual|entity|vessel)\)|[Dd]ate of birth"
    r"|\b[Bb]orn (?:\d|on|in)|\b[Yy]ear of birth|\b[Cc]itizen of|\b[Nn]ational of"
)


_SURNAME_FIRST = re.compile(r"\b(?:Korean?|DPRK|PRC|Chin(?:a|ese)|Hong Kong|Taiwan(?:ese)?|Viet ?[Nn]am(?:ese)?)\b")


def _turned(match: re.Match[str]) -> str:
    """A listed name in the order of speech: Kamran Darvani."""
    after = match.string[match.end() : match.end() + 160].split("\n", 1)[0]
    if match.re is _UNMARKED and _SURNAME_FIRST.search(after):
        return match.group().lstrip("(0123456789.)-*• ").title()  # KANG Sun Hui
    words = match.group("s").split()
    small = [w.lower() if w.lower() in PARTICLES else w.title() for w in words[:-1]]
    surname = " ".join([*small, words[-1].title()])
    return f"{match.group('g')} {surname}"


def find_listed(text: str) -> tuple[list[tuple[int, int, str, dict[str, str]]], list[tuple[int, int, str]]]:
    """People and bodies in the entries of a list of names: folded spans with the names in the order of speech. An alias
    has the value of the name it stands for."""
    people: list[tuple[int, int, str, dict[str, str]]] = []
    main: str | None = None
    words = lexicon()
    for match in sorted([*_ENTRY.finditer(text), *_UNMARKED.finditer(text)], key=lambda m: m.start()):
        given, line = match.group("g").split()[0], " ".join(text[match.end() : match.end() + 200].split("\n", 2)[:2])
        place = given in words.capitals or given in country_words() or match.group("s") in words.orgs
        kind = re.search(r"\((?:individual|entity|vessel)\)", line)
        line = line[: kind.end()] if kind else line
        ship = _SHIP.match(match.group("s")) or (kind is not None and kind.group() == "(vessel)")
        if place or ship or re.search(rf"\b{_LEGAL}$", match.group("s")):
            continue
        if given not in words.given and not _LISTED.search(line):
            continue
        name = _turned(match)
        before = text[max(0, match.start() - 150) : match.start()]
        if main and (_ALIAS.search(before[-18:]) or _NUMBERED.search(before)):
            people.append((match.start("s"), match.end(), main, {"alias": name}))
        else:
            main = name
            people.append((match.start("s"), match.end(), name, {}))
            line_end = match.end() + len(line)
            people += [
                (*m.span("n"), main, {"alias": m.group("n")}) for m in _NICKNAME.finditer(text, match.end(), line_end)
            ]
            if numbered := re.search(r"\b[af]\.?k\.?a\.?[:;]? ?(?=\(1\))", line):
                found = _NUMBERED_ALIAS.finditer(text, match.end() + numbered.end(), line_end)
                people += [(*m.span("n"), main, {"alias": m.group("n").title()}) for m in found]
    for match in _CAPITALS.finditer(text):
        if not re.search(rf"\b{_LEGAL}$", match["n"]) and not _SHIP.match(match["n"]):
            people.append((*match.span("n"), match["n"].title(), {}))
    for surname, name in [(text[a:b].split(",")[0], name) for a, b, name, d in people if "," in text[a:b] and not d]:
        alone = (
            re.compile(rf"(?<![\w-]){re.escape(surname)}(?![\w-]|, [A-Z]| [A-Z]{{2}})") if len(surname) > 3 else None
        )
        people += [(*m.span(), name.split()[-1], {}) for m in alone.finditer(text)] if alone else []
    for match in _PARTS.finditer(text):
        parts = [p.strip() for p in match.groups() if p and p.strip().lower() != "na"]
        if len(parts) > 1 and all(re.fullmatch(r"[^\W\d_][\w' -]{1,30}", p) for p in parts):
            name = " ".join(" ".join(parts).split())
            last = next(g for g in "dcba" if match[g] and match[g].strip().lower() != "na")
            end = match.start(last) + len(match[last].rstrip())
            people.append((match.start("a"), end, name.title() if name.isupper() else name, {}))
    bodies = []
    if _LISTED.search(text):
        for match in _BODY.finditer(text):
            name = match.group("n")
            line = text[match.end() : match.end() + 300].split("\n", 1)[0]
            heads = list(_HEADED.finditer(text, max(0, match.start() - 3000), match.start()))
            below = bool(heads) and _BODIES_BELOW.match(heads[-1].group()) is not None
            if below or re.search(rf"\b{_LEGAL}$", name) or re.search(r"\((?:entity|vessel)\)", line):
                parts = [w if re.fullmatch(_LEGAL, w) and len(w) <= 5 else w.title() for w in name.split()]
                bodies.append((*match.span("n"), " ".join(parts)))
    return sorted(people, key=lambda row: row[0]), bodies


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
    in_body = Taken(organisations)  # "Atlas-Niger Mutual" is no mention of Niger
    dates = [m for m in dates if not in_body.overlaps(*to_folded.span(m)) or m.detail.get("open") != "no year"]
    inside = [text[a - 1 : a] == "-" and in_body.overlaps(a, b) for a, b in placed]
    countries = [m for m, no in zip(countries, inside, strict=True) if not no]
    placed = [s for s, no in zip(placed, inside, strict=True) if not no]
    listed, bodies = find_listed(text)
    entries = [row[:2] for row in listed] + [row[:2] for row in bodies]
    closed = Taken(_merged(entries))
    organisations = [s for s in organisations if not closed.overlaps(*s)]
    sums = [m.span() for m in _CURRENCY.finditer(text)]
    taken = Taken(_merged([*placed, *dated, *organisations, *entries, *sums]))
    people = find_people(text, tokens, taken)
    firms = firms_by_its(text) if people else frozenset()
    press = [s for s in people if _PRESS.search(text[s[0] : s[1]]) or text[s[0] : s[1]] in firms]
    people = [s for s in people if s not in press]
    used = Taken(_merged([*placed, *dated, *organisations, *entries, *sums, *people, *press]))
    organisations = sorted([*organisations, *press, *_acting(text, people, used)])
    if any("\u0600" <= c <= "\u06ff" for c in text):
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
    held = Taken(_merged([(m.start, m.end) for m in named if m.type in {"person", "organisation"}]))
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


def _acting(text: str, people: list[tuple[int, int]], taken: Taken) -> list[tuple[int, int]]:
    """Organisations among what nothing else was read in: names that act as firms do, wherever they stand."""
    persons = {word for a, b in people for word in text[a:b].split()}
    told = (s for s in Told(text).acting() if not taken.overlaps(*s))
    names = {name for a, b in told if not persons.intersection((name := text[a:b]).split()) and len(name) > 2}
    if not names:
        return []
    pattern = re.compile(rf"(?<![\w@-]){alternatives(names)}(?![\w-]|\s[A-Z])")
    return [m.span() for m in pattern.finditer(text) if not taken.overlaps(*m.span())]


def _no_body(text: str, span: tuple[int, int]) -> bool:
    """Whether it is no body: the programme that an entry is listed under, [SDGT], an adjective, Kestrian-owned, or an
    American state."""
    a, b = span
    if AMERICAN_STATE.fullmatch(text, a, b) or _SHIP_KIND.fullmatch(text, a, b):
        return True
    head, _, rest = text[a:b].partition("-")
    if rest.islower() and " " not in rest and (head in adjectives() or head in country_words()):
        return True
    return text[a - 1 : a] == "[" and text[b : b + 1] in {"]", "-"} and text[a:b].isupper()


_SHIP_KIND = re.compile(
    r"(?:(?:Crude|Oil|Products?|Chemical|Gas|LPG|LNG|Bulk|General|Cargo|Container|Asphalt|Bitumen|Supply|Passenger) )*"
    r"(?:Tanker|Carrier|Cargo|Ship|Vessel|Tug|Ferry|Trawler)"
)
"""What kind of ship it is, and no name of one."""


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class _Inverse:
    """From raw offsets back to folded ones."""

    def __init__(self, folded: Folded) -> None:
        self.offsets = folded.offsets

    def span(self, mention: Mention) -> tuple[int, int]:
        from bisect import bisect_left

        start = bisect_left(self.offsets, mention.start)
        return start, bisect_left(self.offsets, mention.end)
