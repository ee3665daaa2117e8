"""Names of entries in the lists of those under measures: SURNAME, Given; names above labelled lines; with aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from countervail.evidence.names.name_words import PARTICLES
from countervail.evidence.names.organisations import find_organisations
from countervail.evidence.names.unlisted import UP
from countervail.evidence.text import LOW
from countervail.evidence.text.tokens import Mention, Sought, Taken, country_words, lexicon, tokenise

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
    rf"(?m)^[-*•\d.) ]{{0,5}}(?P<n>[{UP}][{UP}&'-]{{1,24}}(?: [{UP}&][{UP}&'.-]{{0,24}}){{1,8}})(?=[,;(\n]| \()"
)
_CAPITALS = re.compile(
    rf"(?m)^ {{0,3}}(?:\(?\d{{1,4}}[.)] ?|[-*•] )?(?P<n>{_UPPER}(?: {_UPPER}){{1,4}}),?\n"
    r"(?=(?: {0,6}[A-Z][\w ()-]{2,30}:[^\n]{0,160}\n){0,3}"
    r" {0,6}(?:Date of birth|DOB|Year of birth|Nationality|Passport)\b)"
)
"""A person's name in capitals as the head of an entry, above the fields of a person."""
_BODIES_BELOW = re.compile(
    r"(?m)^[ \t]*(?:[A-Z]\. |\d\. )?(?:Entit(?:y|ies)|ENTIT(?:Y|IES)|Companies|Organi[sz]ations|Firms)[ \t]*:?$"
)
_HEADED = re.compile(r"(?m)^[ \t]*(?:[A-Z]\. |\d\. )?[A-Z][A-Za-z]{3,20}(?: [A-Za-z]{2,16}){0,3}[ \t]*:?$")
"""A heading of a list of bodies, and any heading."""
_ALIAS = re.compile(
    r"\b(?:[af]\.?k\.?a\.?|alias|also known as|alt\. name|good quality|low quality)[ :]{0,2}\"?$", re.IGNORECASE
)
_SHIP = re.compile(r"(?:M[TV]|SS|FV|MS|MSV|LPG|LNG|MY|OSV) ")
_NUMBERED = re.compile(
    r"\b[af]\.?k\.?a\.?[:;]? ?(?:\(\d{1,2}\)|[a-h]\))[^\n.;:]{0,120}$|\b[af]\.?k\.?a\.?[:;]? ?\(1\) $"
)
"""Before a name that is one of several numbered aliases."""
_NUMBERED_ALIAS = re.compile(r"\(\d{1,2}\) (?P<n>[A-Z][A-Z'-]{1,24}(?: [A-Z][A-Z'-]{1,24}){0,3})(?=[.;]| ?\(\d| ?$)")
_PARTS = re.compile(
    r"\b1: ?(?P<a>[^\W\d_][^\n:\d]{1,40}) 2: ?(?P<b>[^\n:\d]{2,40}) 3: ?(?P<c>[^\n:\d.]{2,40})"
    r"(?: 4: ?(?P<d>[^\n:\d .]{2,40}))?"
)
"""A name in numbered parts, as the lists of the Security Council give it; "na" is none."""
_ALSO = re.compile(r"\ba\.k\.a\.: (?:[a-z]\) )?\"?(?P<n>[A-Z][\w'-]{1,24}(?: [A-Z][\w'-]{1,24}){0,4})")
_NICKNAME = re.compile(r"\b[af]\.?k\.?a\.? \"(?P<n>[A-Z][A-Z' -]{2,40})\"")
_LISTED = Sought(
    "DOB|POB|IMO |Passport|ational|resident |a.k.a.|(individual)|(entity)|(vessel)|birth|orn |itizen of",
    r"\b(?:DOB|POB|IMO \d|Passport|National ID|nationality|resident (?:in|of)|a\.k\.a\.)"
    r"|\((?:individual|entity|vessel)\)|[Dd]ate of birth"
    r"|\b[Bb]orn (?:\d|on|in)|\b[Yy]ear of birth|\b[Cc]itizen of|\b[Nn]ational of",
)


_OF_PEOPLE = (
    r"[Dd]ate of [Bb]irth|DOB|D\.O\.B\.?|[Pp]lace of [Bb]irth|POB|Nationality|Citizenship|Gender|Passport(?: no\.?)?"
)
_FIELDS = (
    rf"{_OF_PEOPLE}|Also known as|[AaFf]\.?[Kk]\.?[Aa]\.?|Alias(?:es)?|Address(?:es)?|Position|Title|Function|Grounds"
    r"|(?:Statement of )?[Rr]easons?|(?:Grounds|Reasons) for (?:listing|designation)|Registration (?:number|no\.?)"
    r"|Registered office|Place of (?:registration|incorporation)|Identifying information|Listed on|Date of listing"
)
"""What the lines below the name of an entry begin with."""
ENTRY_HEAD = Sought(
    ":",
    rf"(?m)^[ ]{{0,3}}(?:\(?\d{{1,4}}[.)] +)?(?P<n>[{UP}][^\n:;]{{2,90}}[^\n:;,. ])[ ]?"
    rf"(?=\n+[ ]?(?:{_FIELDS})(?: ?\([^()\n]{{1,20}}\))?:)",
)
"""A name alone on its line above a line with a label: an entry of a notice, as "Ostra Freight Ltd", "Address: Riga"."""


def _headed(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """The names at the heads of the entries of a notice: folded spans with the name, and whether it is a person's."""
    for match in ENTRY_HEAD.finditer(text):
        name, words = match.group("n"), match.group("n").split()
        block = text[match.end() : match.end() + 600].lstrip("\n").split("\n\n", 1)[0]
        plain = all(w[:1].isupper() or w.lower() in PARTICLES or w in {"and", "of", "for", "the", "&"} for w in words)
        if not plain or "," in name or len(words) < 2 or re.search(r"\b(?:IMO|Flag)\b", block):
            continue
        person = re.search(rf"\b(?:{_OF_PEOPLE}):", block) is not None
        if person and len(words) <= 6:
            yield *match.span("n"), _in_order(words, block), True
        elif not person:
            shown = [w if re.fullmatch(_LEGAL, w) and len(w) <= 5 else w.title() for w in words]
            yield *match.span("n"), " ".join(shown) if name.isupper() else name, False


def _in_order(words: list[str], block: str) -> str:
    """A person's name in the order of speech, where a surname is set in capitals: ORTA Ana Maria, Ana Maria ORTA."""
    surname = [w for w in words if len(w) > 1 and w.isupper()]
    given = [w for w in words if w not in surname]
    first = bool(given) and words[0] in surname and not _SURNAME_FIRST.search(block)
    return " ".join(w.title() if w in surname else w for w in ([*given, *surname] if first else words))


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
            name = name.title() if name.isupper() else name
            people.append((match.start("a"), end, name, {}))
            line_end = text.find("\n", end)
            for alias in _ALSO.finditer(text, end, line_end if line_end >= 0 else len(text)):
                people.append((*alias.span("n"), name, {"alias": alias["n"].title()}))
    bodies = []
    if _LISTED.search(text):
        for match in _BODY.finditer(text):
            name = match.group("n")
            line = text[match.end() : match.end() + 300].split("\n", 1)[0]
            heads = list(_HEADED.finditer(text, max(0, match.start() - 3000), match.start()))
            below = bool(heads) and _BODIES_BELOW.match(heads[-1].group()) is not None
            called = re.match(r" ?\([afn]\.?k\.?a\b", line) and not re.search(rf"\b(?:{_OF_PEOPLE}|IMO|born)\b", line)
            sure = below or re.search(rf"\b{_LEGAL}$", name) or re.search(r"\((?:entity|vessel)\)", line) or called
            if sure or (line[:1] == "," and (0, len(name)) in find_organisations(name.title(), tokenise(name.title()))):
                parts = [w if re.fullmatch(_LEGAL, w) and len(w) <= 5 else w.title() for w in name.split()]
                bodies.append((*match.span("n"), " ".join(parts)))
    taken = Taken(merged([row[:2] for row in people] + [row[:2] for row in bodies]))
    for a, b, name, person in _headed(text):
        if person and not taken.overlaps(a, b):
            people.append((a, b, name, {}))
        elif not taken.overlaps(a, b):
            bodies.append((a, b, name))
    return sorted(people, key=lambda row: row[0]), bodies


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


_ROLE = Sought(
    "DOB|D.O.B|irth|orn|POB|ational|itizen|xpir|alid|assport|ssued",
    r"(?:\b(?P<birth>DOB|D\.O\.B\.?|POB|(?:Date|Year|Place|date|place) of birth|[Bb]orn(?: on| in| at)?)"
    r"|\b(?P<nationality>[Nn]ationality|[Cc]itizen(?:ship)?(?: of)?)"
    r"|\b(?P<expiry>[Ee]xpir(?:es|y|ed|ing)(?: date)?(?: on)?|[Vv]alid (?:until|to))|\b(?P<issue>[Ii]ssued(?: on| in)?)"
    r"|(?P<passport>[Pp]assport [\w .█]{3,24}\())[:;]? ?(?:circa |[A-Z][\w' -]{1,30}, )?$",
)
"""What before a date or a country of an entry says what it is of the person: "DOB 3 May 1970", "POB Homs, Syria"."""


def with_roles(mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], text: str) -> tuple[Mention, ...]:
    """The mentions, those of an entry with what they are of the person: birth, nationality, expiry, issue, passport."""
    return tuple(_with_role(m, text[max(0, a - 60) : a]) for m, (a, _) in zip(mentions, spans, strict=True))


def _with_role(mention: Mention, before: str) -> Mention:
    found = _ROLE.search(before) if mention.type in {"date", "country"} else None
    return mention if found is None else replace(mention, detail={**mention.detail, "role": found.lastgroup})
