"""Names of bodies by letters, by the names already read, by their shape and by what is said of them: initials, lines in
capitals, first words used alone, names without legal form, what acts as a firm does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from countervail.evidence.names import name_words as w
from countervail.evidence.names.unlisted import (
    CAP,
    LEGAL,
    NO_ENDS,
    NO_LETTERS,
    SMALL,
    TOWN,
    UP,
    Unlisted,
)
from countervail.evidence.text.segments import headline, line_of, shouted
from countervail.evidence.text.tokens import (
    FUNCTION,
    Sought,
    Token,
    adjectives,
    country_words,
    data_sections,
    lexicon,
)

_MODIFIERS = frozenset(data_sections("english/nouns.txt")["modifiers"])
_CLUBS = frozenset(data_sections("english/memberships.txt")["clubs"])
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
_THE_LETTERS = re.compile(
    r"\b[Tt]he ([A-Z]{3,6}(?:-[A-Z]{2,6}\b(?! [a-z]))?)\b(?! \d| [A-Z]{2}| (?:list|franc|system|network|rail|format"
    r"|code|standard|deal|agreement|rate|currency|exchange rate))"
)
_NO_MASTHEADS = frozenset(data_sections("english/lexicon.txt")["no_mastheads"])
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
        alone = text.count(first) > text.count(name)
        if not alone or not first.replace("-", "").isalpha() or first.isupper() or known or common:
            continue
        person = rf"\b[A-Z][a-z]+ {first}\b(?! {re.escape(parts[1])})"  # "Olumide Fashola"
        a_surname = f" {first}" in text and re.search(person, text)
        if not a_surname and not (first.lower() in text and re.search(rf"\b{first.lower()}\b", text)):
            town = rf"\b(?:in|at|near|leaves|left|off) {first}\b(?! {re.escape(parts[1])})|\b{first}, [A-Z]"
            found |= set() if re.search(town, text) else {first}
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
            if text.count(short) <= text.count(name):
                continue  # nowhere alone
            used = re.search(rf"(?<!\b(?:in|at) )(?<!\bnear )\b{re.escape(short)}\b(?!\s[A-Z(&]|-)", text)
            if used and short not in w.towns() and not re.search(rf"\b(?:in|at|near|off) {re.escape(short)}\b", text):
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
            # the initials must be those of the last capitalised words
            capitals = [x for x in re.findall(r"[A-Z][\w'-]*|[a-z]+", m.group("e")) if x[0].isupper()]
            if len(capitals) >= 2 and w.spells(letters, capitals):
                yield m.span("a")
    for m in w.RENAMED.finditer(text):
        if m.group("a") not in lexicon().not_initials and m.group("a") not in lexicon().rails:
            yield m.span("a")
    small = {t.text for t in tokens if not t.capital} | lexicon().function
    for m in _THE_LETTERS.finditer(text):
        if (
            m.group(1) not in lexicon().not_initials
            and m.group(1) not in lexicon().rails
            and m.group(1).lower() not in small
            and m.group(1) not in NO_LETTERS
            and not line_of(text, m.start()).isupper()
        ):
            yield m.span(1)


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
            goes_on = (words[0] != "The" and words[0].lower() in FUNCTION) or FOR_DESK.search(line)  # "ON PAYMENTS"
            club = len(words) == 2 and words[-1].lower() in _CLUBS and f" the {words[-1]}" in text  # "TERN PACT"
            named, last, paper = named or club, last or club, paper and not club
            if named and last and words[0] not in _NO_MASTHEADS and (fields or not paper) and not goes_on:
                start = at + match.start() + len(name) - len(name.lstrip())
                yield start, start + len(name.strip())
        body = _OF_BODY.search(line)
        if body and line.isupper() and body.group("n").split()[-1].title() in lexicon().org_heads:
            yield at + body.start("n"), at + body.end("n")
        at += len(line) + 1
        seen += bool(line.strip())
        if seen >= 4:
            return


ACTS = "(?:" + "|".join(data_sections("english/lexicon.txt")["firm_verbs"]) + ")"
_WORDS_OF_FIRMS = frozenset(data_sections("english/lexicon.txt")["firm_ends"])
_WORDS_OF_HOUSES = frozenset(data_sections("english/lexicon.txt")["institution_ends"])
_FIRM_NOUN = "(?:" + "|".join(data_sections("english/lexicon.txt")["firm_nouns"]) + ")"
_FIRM_OR_PERSON = "(?:" + "|".join(data_sections("english/lexicon.txt")["firm_or_person"]) + ")"
_NAME = rf"{CAP}(?:(?: (?:{SMALL} )?| ?& ?){CAP}){{0,4}}"
AUX = r"(?: (?:has|had|have|also|never|then|still|now|later|since|already|itself|did not|does not)){0,3}"
_OF_ITSELF = Sought(
    " its | it | itself ",
    rf"(?<![\w.'-])(?<!the )(?<!The )(?<! of )(?<! in )(?<! at )(?<!from )(?P<n>{CAP}(?:[ -]{CAP}){{0,3}}),?{AUX}"
    rf" {ACTS}\b(?: (?:[a-z]+|the {CAP}|{CAP})){{0,3}}?"
    r" (?:its|itself|that it|it) (?!was|is |would be|will be)",
)
"""A name that acts and is meant by "it": "Tellar denied that it had sold"."""
_AS_MANY = Sought(
    " as ",
    rf"(?:appoint|hire|engage|retain|choose|chose|instruct)(?:ed|s|d)? (?P<n>{CAP} {CAP})(?: of {CAP})? as"
    r" (?:its|our|the|their|his|her) (?:[a-z]+ ){0,2}[a-z]{4,}s\b",
)
"""Who is hired as several: "hired Tolva Brand as its lawyers"."""
_PLACED = re.compile(
    rf"\b(?P<w>{_FIRM_NOUN}|(?P<m>{_FIRM_OR_PERSON})) (?:(?:in|of|at|near|from) (?:the )?{CAP}(?:(?: of)? {CAP})?"
    rf"|concerned|involved|in question|there|here), (?P<n>{_NAME})(?=[,.;:)]| and )"
)
"""A name behind a house and its seat: "a smelter in Osh, Alai Metall"."""
_OR_PERSON = re.compile(rf"\b{_FIRM_OR_PERSON}, (?P<n>{CAP} {_NAME})(?=[,.;:)]| and | that )")
_CAMEL = re.compile(
    rf"(?<![\w@./-])(?!Mac|Mc|Fitz|Van|Von|De[A-Z]|Di[A-Z]|Du[A-Z]|La[A-Z]|Le[A-Z]|Lo[A-Z]|Al[A-Z]|El[A-Z]|Da[A-Z]|Do[A-Z])"
    rf"(?!\w{{2,12}}(?:Offs?|Couns|State|Con|Gen|Reps?|Tube|App|In)\b)"
    rf"(?P<n>[{UP}][a-z]{{1,14}}[A-Z][A-Za-z]{{1,14}}\d{{0,2}}|[A-Z][a-z]{{2,9}}[QXZ])"
    r"(?![\w@/.-]\w|\w)"
)
"""A word with a capital inside, as payment systems and new firms are called."""
_AND_CO = Sought("&", rf"(?<![\w.&-])(?P<n>{CAP}(?: {CAP}){{0,2}} ?& ?(?!I\b){CAP}(?: {CAP}){{0,2}})(?![\w&])")
_BEGINS = re.compile(
    rf"(?<![\w.'-])(?P<n>(?:{'|'.join(data_sections('english/lexicon.txt')['firm_begins'])})"
    rf"(?: (?:{SMALL} )?\"?{CAP}){{1,4}})"
)
_END = "|".join(sorted(map(re.escape, _WORDS_OF_FIRMS | _WORDS_OF_HOUSES)))
_ENDED = re.compile(
    rf"(?<![\w.'-])(?!\w+-based )(?P<n>{CAP}(?: {CAP}){{0,3}} (?P<e>{_END}))"
    rf"(?![\w&+-]|'? {CAP})"
)
_NUMBERED_BODY = Sought(
    "Committee|Movement",
    r"(?<![\w.])(?P<n>\d{4}(?:/\d{4})? (?:Sanctions )?Committee"
    r"|(?:March|April|May|June|July|October|November) \d{1,2} Movement"
    r"|\d{1,2} (?:March|April|May|June|July|October|November) Movement)\b",
)
_WIRE = Sought(
    "(|/",
    rf"(?m)^[{UP}][^\n()/]{{3,60}}"
    rf"(?:\((?P<n>{CAP}(?: {CAP}){{0,2}})\)(?= -)|/(?P<m>{CAP}(?: {CAP}){{0,2}})/(?=\.? [{UP}]))",
)
"""The agency in a dateline: "LIMA, May 4 (Costa Newswire) - Peru ..."."""
_PAPER = Sought(
    " reports| writes",
    rf"(?<![\w.'-])(?P<n>{CAP}(?:-{CAP}| {CAP}){{1,2}}) (?:reports|writes)(?:,? (?:citing|quoting)\b|(?=[.;]))",
)
_SOURCE = Sought("Source: |Via: ", rf"\b(?:Source|Via): (?P<n>{CAP}(?:[ -]{CAP}){{0,3}})(?=[.\n)])")
_SHORT_BODY = re.compile(
    rf"\b[Tt]he (?P<n>{'|'.join(data_sections('english/lexicon.txt')['short_bodies'])})"
    rf"\b(?!'s {CAP}| ?[{UP}&(-]| (?:of|for|on) (?:the )?[{UP}]|/)"
)


_PLACE = re.compile(rf"\b(?:in|near|off|outside|around|port of|town of|city of) (?P<n>{CAP}(?: {CAP})?)")
_SHIP = re.compile(rf"\b(?:[Tt]he|ship|vessel|tanker|trawler|barge|longliner|aboard) (?P<n>{CAP}(?: {CAP}){{1,3}})")


def _told(before: str, after: str, least: int = 0) -> re.Pattern[str]:
    """What is said of firms and not of people, before or behind a name of so many more words at least."""
    return re.compile(rf"(?<![\w.'-])(?<!the )(?<!The ){before}(?P<n>{CAP}(?:[ -]{CAP}){{{least},3}}){after}")


_SAID_OF_FIRMS = (
    _told(
        "",
        rf", (?:an?|the|one of (?:the|its)) (?:[\w-]+ ){{0,4}}?(?:{_FIRM_NOUN}|undertaking|application|app|wallet"
        r"|entity|enterprise|organisation|organization|group|dealership|house)\b"
        r"(?!'s|-| (?:chief|head|boss|director|president|official|[a-z]+(?:er|or|man|ist)\b))",
    ),
    _told(
        "",
        r"'s (?:parent company|chief executive|managing director|board|shareholders|customers|subsidiary|merchants"
        r"|headquarters|branch(?:es)?|depositors|employees|correspondent banks?)\b",
    ),
    _told(
        r"\b(?:(?:insured|screened|financed|supplied|chartered|operated|published|cleared|audited|handled) by"
        r"|(?:merchants|shares|shareholders|clients|customers|employees|receivers|creditors|trustee|branch|branches"
        r"|subsidiary|affiliate|arm|directors) of|worked (?:at|for)) ",
        r"\b",
    ),
    _told(
        r"\b(?:blacklist|blacklisted|sanctioned|delist|delisted|fined|fine|listed|designated|bought from"
        r"|dealings with|sanctions on|sold to|replace|between) ",
        r"\b",
        least=1,
    ),
)
_LISTED = rf"{CAP}(?: {CAP}){{0,3}}"
_MANY = re.compile(
    r"\b(?:banks|firms|companies|clubs|lenders|insurers|refiners|systems|platforms|houses|shipowners|brokers"
    r"|suppliers|outlets|charities|entities|subsidiaries),? (?:including |such as |among them |called )?"
    rf"(?P<n>{_LISTED})(?:, {_LISTED}){{0,6}}(?:,? and {_LISTED})?"
)


class Told(Unlisted):
    """Organisations that are known by the shape of their names and by what is said of them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.small = set(re.findall(r"\b[a-z]{3,}\b", text))
        self.places = {m["n"] for m in _PLACE.finditer(text)}
        self.ships = {m["n"] for m in _SHIP.finditer(text)}

    def _good(self, start: int, end: int, least: int = 1) -> tuple[int, int] | None:
        """The span of a name that may be a body's, trimmed; None for what is known as something else."""
        span = self._trimmed(start, end)
        if span is None or self._is_other(*span) or shouted(line_of(self.text, span[0])):
            return None
        words = self.text[slice(*span)].split()
        if len(words) < least or any(w in self.words.posts or w in self.words.titles for w in words[:2]):
            return None
        if self.text[slice(*span)] in self.places or headline(line_of(self.text, span[0]).strip()):
            return None
        single = len(words) == 1 and "-" not in words[0]
        heads = single and (words[0] in self.words.org_heads or words[0] in _WORDS_OF_FIRMS)
        return None if heads or (single and words[0].lower() in self.small) else span

    def _like_a_firm(self, start: int, end: int) -> bool:
        """Whether the words of a name are those of firms: "Amber Bulk", "Holm & Sons"."""
        words = self.text[start:end].split()
        last = words[-1].split("-")[-1]
        return "&" in words or last == "Sons" or last in _WORDS_OF_FIRMS or words[-1] in self.words.org_heads

    def ends(self) -> Iterator[tuple[int, int]]:
        """Names of several words whose last one is of the names of firms; a ship has an article."""
        for match in _ENDED.finditer(self.text):
            span = self._good(*match.span("n"), least=2)
            of = w.OFFICE_OF.search(self.text[max(0, match.start() - 90) : match.start()])
            if span is None or of or (not self._like_a_firm(*span) and match["e"] not in _WORDS_OF_HOUSES):
                continue
            if match["e"] in _WORDS_OF_HOUSES or self.text[slice(*span)] not in self.ships:
                yield span

    def said(self) -> Iterator[tuple[int, int]]:
        """Names of which something is said that is said of firms."""
        for pattern in (_PLACED, _OR_PERSON):
            for match in pattern.finditer(self.text):
                span = self._good(*match.span("n"))
                maybe = pattern is _OR_PERSON or match["m"]
                if span and (not maybe or self._like_a_firm(*span)):
                    yield span
        for sought in (_PAPER, _SOURCE, _AS_MANY):
            for match in sought.finditer(self.text):
                if span := self._good(*match.span("n")):
                    yield span

    def shaped(self) -> Iterator[tuple[int, int]]:
        """Names that have the shape of a body's."""
        for pattern in (_CAMEL, _AND_CO, _BEGINS, _NUMBERED_BODY):
            for match in pattern.finditer(self.text):
                if not self._common(match["n"].split()) and not shouted(line_of(self.text, match.start())):
                    yield match.start("n"), self._longer(match.end("n"), pattern)
        for match in _WIRE.finditer(self.text[:3000]):
            yield match.span("n" if match["n"] else "m")

    def _common(self, words: list[str]) -> bool:
        """Whether the words are all common ones, or one of them is a small word or a post."""
        known = self.words
        small = any((x.lower() in FUNCTION and x[0].isupper()) or x in known.posts for x in words)
        return small or all(x in known.not_names or x in known.org_heads or x in w.FIELDS or x == "&" for x in words)

    def _longer(self, end: int, pattern: re.Pattern[str] | Sought) -> int:
        """The end of a name with a capital inside and a second word: "PetroSul Norte"."""
        more = re.compile(rf" (?P<w>{CAP})").match(self.text, end) if pattern is _CAMEL else None
        return more.end() if more and not self._is_other(*more.span("w")) else end

    def acting(self) -> Iterator[tuple[int, int]]:
        """Names that act as firms do, or of which is said what is said of firms; only of what nobody else is may it be
        asked."""
        for pattern in (_OF_ITSELF, *_SAID_OF_FIRMS):
            for match in pattern.finditer(self.text):
                if span := self._good(*match.span("n")):
                    yield span
        for match in _MANY.finditer(self.text):
            for name in re.compile(rf"{CAP}(?: {CAP})*").finditer(self.text, match.start("n"), match.end()):
                if span := self._good(*name.span()):
                    yield span

    def find(self) -> set[tuple[int, int]]:
        """All of them."""
        return super().find() | {span for rule in (self.ends, self.said, self.shaped) for span in rule()}


@lru_cache(maxsize=1)
def told(text: str) -> Told:
    """The rules for one text, kept because they are asked again once its people are known."""
    return Told(text)


def short_bodies(names: set[str], text: str) -> Iterator[tuple[int, int]]:
    """Bodies that the text calls only by their noun: "the Commission", where no longer name has it."""
    for match in _SHORT_BODY.finditer(text):
        last = match["n"].split()[-1]
        if text[match.end() : match.end() + 2] == "'s" and text[max(0, match.start() - 5) : match.start()] == "from ":
            continue  # "withdrew troops from the League's camp"
        if not any(last in name.split() for name in names) and not headline(line_of(text, match.start())):
            yield match.span("n")
