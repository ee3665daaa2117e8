"""Names of bodies by letters and by the names already read: initials, lines in capitals, first words used alone, names
without legal form and beside others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from countervail.evidence.names import name_words as w
from countervail.evidence.names.name_words import towns
from countervail.evidence.names.unlisted import CAP, LEGAL, NO_ENDS, TOWN, UP
from countervail.evidence.text.tokens import FUNCTION, Token, adjectives, country_words, data_sections, lexicon

_MODIFIERS = frozenset(data_sections("english/nouns.txt")["modifiers"])
_SHARED = frozenset(data_sections("english/lexicon.txt")["first_words"])
_FORM = re.compile(rf"(?: \([^()]{{1,30}}\))?,? {LEGAL}$")
_RUN_BEFORE = re.compile(rf"(?<![\w.])(?P<n>{CAP} {CAP}(?: {CAP})?) and \Z")
_RUN_AFTER = re.compile(rf"(?:,? and|,) (?P<n>{CAP} {CAP}(?: {CAP})?)(?=[,.;]| (?:and|in|on|to|for|from|[a-z]+ed)\b)")
FOR_DESK = re.compile(r" FOR [A-Z]{1,5}(?:/[A-Z]|,|\n|\Z)")
"""What follows the name of a ministry in the head of a cable."""
_MASTHEAD = re.compile(rf"(?m)^ ?[{UP}][{UP}&'-]{{1,24}}(?: [{UP}&'-]{{1,24}}){{1,8}}(?![\w])")
_FIELDS = re.compile(rf"(?:, [{UP}-]{{3,24}}(?: [{UP}-]{{3,24}})?)*,? AND [{UP}-]{{3,24}}(?: [{UP}-]{{3,24}})?(?=$)")
"""The further fields of a ministry's name in capitals."""
_OF_BODY = re.compile(rf"\bOF THE (?P<n>[{UP}&'-]{{2,24}}(?: [{UP}&'-]{{1,24}}){{1,5}})$")
"""The end of "JOINT STATEMENT OF THE LEADERS OF THE RHINE COMPACT"."""
_NO_MASTHEADS = frozenset(
    ["Internal", "Press", "Confidential", "Restricted", "For", "News", "Policy", "Briefing", "Fm", "To", "Info", "From"]
)
_ARTICLES = frozenset(["Al", "El", "Abu", "Bin", "Dar"])


def short_forms(names: set[str], text: str) -> set[str]:
    """The first word of a name of several, where the text uses it alone: Merrow for Merrow Maritime; two after "Al"."""
    words, found = lexicon(), set()
    for name in sorted(names)[:200]:  # a text that names more bodies than that is a list
        parts = name.split()
        first = parts[0] if len(parts) > 1 else ""
        if first in _ARTICLES and len(parts) > 2:
            two = " ".join(parts[:2])  # "Al Marjan" for "Al Marjan Bullion DMCC"
            found |= {two} if re.search(rf"\b{re.escape(two)}\b(?! {re.escape(parts[2])})", text) else set()
            continue
        known = first in words.given or first in words.not_names or first in country_words() or first in adjectives()
        common = (
            first in words.org_heads or first in words.capitals or first in words.posts or first.lower() in FUNCTION
        )
        if len(first) < 4 or first in _SHARED or first in _MODIFIERS or parts[1].islower():
            continue
        if not first.replace("-", "").isalpha() or first.isupper() or known or common:
            continue
        a_surname = re.search(rf"\b[A-Z][a-z]+ {first}\b(?! {re.escape(parts[1])})", text)  # "Olumide Fashola"
        if not a_surname and not re.search(rf"\b{first.lower()}\b", text):
            found.add(first)
    return found


def without_form(names: set[str]) -> set[str]:
    """Names of firms without their legal forms and brackets: "Selat Trade Finance" for "Selat Trade Finance (Labuan)
    Ltd"."""
    cut = {_FORM.sub("", name) for name in names}
    return {name for name in cut - names if " " in name}


def beginnings(names: set[str], text: str) -> set[str]:
    """The first words, two or more, of a longer name that the text uses alone: "Selat Trade" of "Selat Trade
    Finance"."""
    words, found = lexicon(), set()
    for name in sorted(names)[:200]:
        parts = name.split()
        if len(parts) < 3 or not all(p[0].isupper() for p in parts):
            continue
        for size in range(len(parts) - 1, 1, -1):
            begins = parts[:size]
            generic = [p in words.not_names or p in adjectives() or p in words.org_heads for p in begins]
            other = any(p in country_words() or p in words.capitals or p in words.posts for p in begins)
            place = other or begins[0] in TOWN
            if all(generic) or place or begins[0] in words.given or begins[-1].endswith("'s"):
                continue
            short = " ".join(begins)
            used = re.search(rf"(?<!\b(?:in|at) )(?<!\bnear )\b{re.escape(short)}\b(?!\s[A-Z(&]|-)", text)
            if used and short not in towns() and not re.search(rf"\b(?:in|at|near|off) {re.escape(short)}\b", text):
                found.add(short)
                break
    return found - names


def coordinated(spans: set[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
    """A name of several words beside a firm's: "Istmo Pagos S.A. and Corredora Darién"."""
    words = lexicon()
    for start, end in spans:
        last = text[start:end].split()[-1]
        if last not in words.trades and not _FORM.search(text[start:end]):
            continue
        before = _RUN_BEFORE.search(text, max(0, start - 80), start)
        after = _RUN_AFTER.match(text, end)
        for match in (before, after):
            run = match["n"].split() if match else []
            other = any(
                w in known
                for w in run
                for known in (words.given, words.posts, words.titles, words.not_names, words.capitals, country_words())
            )
            if match and not other and not any(w in adjectives() for w in run):
                yield match.span("n")


def initials(text: str, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Initials and the names they stand for."""
    for m in w.EXPANSION.finditer(text):
        yield m.span("a")
        yield m.span("e")
    for pattern in (w.SPELT, w.SPELT_BACK):
        for m in pattern.finditer(text):
            letters = m.group("a").replace("-", "")
            tail = re.findall(r"[A-Z][\w'-]*|[a-z]+", m.group("e"))
            # walk back through the words: the initials must be those of the last capitalised words
            capitals = [w for w in tail if w[0].isupper()]
            if len(capitals) >= 2 and _spells(letters, capitals):
                yield m.span("a")
    for m in w.RENAMED.finditer(text):
        if m.group("a") not in lexicon().not_initials and m.group("a") not in lexicon().rails:
            yield m.span("a")
    small = {t.text for t in tokens if not t.capital} | lexicon().function
    for m in re.finditer(
        r"\b[Tt]he ([A-Z]{3,6})\b(?! (?:system|network|rail|format|code|standard|exchange rate|deal"
        r"|agreement|rate|currency))",
        text,
    ):
        if (
            m.group(1) not in lexicon().not_initials
            and m.group(1) not in lexicon().rails
            and m.group(1).lower() not in small
            and m.group(1) not in {"UAE", "DPRK", "USA", "DRC", "PRC", "ROK", "KSA", "USSR"}
        ):
            line_start = text.rfind("\n", 0, m.start()) + 1
            line = text[line_start : line_start + 200].split("\n", 1)[0]
            if not line.isupper():
                yield m.span(1)


def publishers(text: str) -> Iterator[tuple[int, int]]:
    """The publisher in a source line, and agencies in a picture's credit."""
    for m in w.SOURCE_LINE.finditer(text):
        yield m.span("n")
    for m in w.VIA.finditer(text):
        if m.group("n") in lexicon().orgs or m.group("n").title() in lexicon().orgs:
            yield m.span("n")


def _spells(letters: str, words: list[str]) -> bool:
    """Whether the last words begin with the letters, small words left out."""
    initials = "".join(p[0].upper() for w in words for p in w.split("-"))
    plain = "".join(w[0].upper() for w in words)
    return initials.endswith(letters) or plain.endswith(letters) or sorted(plain[-len(letters) :]) == sorted(letters)


def mastheads(text: str) -> Iterator[tuple[int, int]]:
    """A body's name in capitals among the first lines of a text: "AFRICAN CLEARING CONSORTIUM"."""
    at, seen = 0, 0
    for line in text[:1000].split("\n"):
        match = _MASTHEAD.match(line)
        name = match.group().split(" - ")[0] if match else ""
        if match and line != line.title():
            fields = _FIELDS.match(line, match.end()) if name.split()[0] in {"MINISTRY", "DEPARTMENT"} else None
            name += fields.group() if fields else ""
            words = name.strip().title().split()
            heads = [w for w in words if w in lexicon().org_heads]
            last = words[-1] in lexicon().org_heads or words[0] in lexicon().org_heads
            of = words.index("Of") if "Of" in words[1:] else 0
            last = last or words[of - 1] in lexicon().org_heads  # "CENTRAL BANK OF THE COMOROS"
            named = bool(heads) and (words[-1] not in lexicon().weak_heads or len(words) > 2)
            paper = not of and (words[-1] in NO_ENDS | lexicon().not_names or words[0] in lexicon().posts)
            desk = FOR_DESK.search(line)
            if named and last and words[0] not in _NO_MASTHEADS and (fields or not paper) and not desk:
                start = at + match.start() + len(name) - len(name.lstrip())
                yield start, start + len(name.strip())
        body = _OF_BODY.search(line)
        if body and line.isupper() and body.group("n").split()[-1].title() in lexicon().org_heads:
            yield at + body.start("n"), at + body.end("n")
        at += len(line) + 1
        seen += bool(line.strip())
        if seen >= 4:
            return
