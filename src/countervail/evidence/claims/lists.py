"""Lists of countries: who is named, how many are counted, who only in part, whether the list is of examples, and of
what: members, founders, states under sanctions ...

A membership is one list per reading; lists of different documents are never merged. What a list is of is said by the
clause that it stands in, or by the words before it; a list beside a verb of another kind (to refuse, to accuse, to
impose) is no membership.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.actors import BODIES, GROUPING, headed
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.persian_lists import persian_kind
from countervail.evidence.claims.quantities import to_number
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause
from countervail.evidence.model import slug
from countervail.evidence.text.documents import Sentence
from countervail.evidence.text.tokens import Mention, data_sections

Place = tuple[Mention, int, int]
_BETWEEN = re.compile(
    r"^ ?(?:\([^()\n]{0,40}\) ?)?(?:,|;|،|/)? ?(?:(?:and|or|&|as well as|و|plus)(?= |,|$))? ?(?:also )?"
    r"(?:,? ?(?:since|from) \w{2,10}(?: \d{4})?, ?)?(?:the )?$"
)
_PERSIAN = {"یک": 1, "دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9, "ده": 10}
_NUMBERS = [
    w for k in ("small", "tens") for row in data_sections("english/numbers.txt", lines=True)[k] for w in row.split()
]
_NUMBERS += ["a dozen", "dozen", *_PERSIAN]
COUNT = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}) (?:(?:other|founding|full|new|initial"
    r"|member|sanctioned|friendly|independent|participating|allied|of the|neighbouring|different) ){0,2}"
    r"(?P<u>countries|states|nations|governments|members|capitals|signatories|parties|founders|کشور|دولت|عضو)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:such as|like|including|e\.g\.|for example|for instance|among (?:them|others)|مانند|نظیر|از جمله|مثل)\b",
    re.IGNORECASE,
)
_EXTENT = (
    r"(?P<extent>(?:certain|some|specific|selected|individual|several|a number of|a few|برخی|بعضی) "
    r"(?:[a-z-]+ ){0,3}?(?:and [a-z-]+ )?(?:companies|banks|firms|entities|persons|individuals|institutions|businesses"
    r"|organisations|organizations|regions|provinces|enterprises|sectors|شرکت ها|بانک ها)"
    r"(?:,? (?:and|or) (?:[a-z-]+ )?(?:companies|banks|firms|entities|persons|individuals|institutions|businesses"
    r"|organisations|organizations|enterprises))?)"
)
_PARTIAL = re.compile(
    rf"^,?;? ?(?:as well as|and|along with|together with|plus|و|همچنین) {_EXTENT} (?:in|of|from|based in|در) (?:the )?$"
)
_OPEN = re.compile(
    r"^,? (?:and|as well as|&) (?:(?:several|some|many|certain) )?(?:others?|other (?:countries|nations"
    r"|states|governments)|more)\b|^,? etc\b|^،? و (?:سایر|دیگر)",
    re.IGNORECASE,
)
CLUB = re.compile(
    r"\b(?:[Cc]lub|[Uu]nion|[Bb]loc|[Aa]lliance|[Cc]oalition|[Ll]eague|[Cc]ompact|[Pp]act|[Ff]ront|[Gg]rouping"
    r"|[Cc]onfederation|[Pp]artnership|[Ff]orum|[Mm]embers?(?:hip)?|[Ff]ounding|[Ff]ounders|[Ss]ignatories"
    r"|باشگاه|اتحادیه|عضو|اعضا)\b"
)
_SANCTIONED = re.compile(
    r"(?:\b(?:sanctions?|embargo\w*|sanctioned) (?:regime )?(?:on|against|upon)\b[^.;:]{0,60}"
    r"|\bunder (?:\w+ ){0,3}sanctions\b[^.;:]{0,40}"
    r"|\bsanctioned (?:countries|states|nations)\b[^.;:]{0,30}|تحریم[^.]{0,40})$",
    re.IGNORECASE,
)
_DELEGATES = re.compile(
    r"\b(?:ambassadors?|envoys?|delegat(?:es|ions?)|representatives|ministers|diplomats|سفرا|سفیران|نمایندگان)\b",
    re.IGNORECASE,
)
_NOT_IN = re.compile(
    r"\b(?:except(?: for)?|excluding|apart from|other than|but not|not including|without|save|unlike|bar|sanctions "
    r"(?:by|of|from)|به جز)\W*(?:the )?$",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:\b(?P<w>membership|members?|member (?:states|countries)|founding (?:members?|countries|states)|founders"
    r"|signatories|observers?|observer states|participants|parties|candidates|partners)\b[^.;\n]{0,70}?"
    r"|\b(?P<b>club|union|bloc|alliance|coalition|league|compact|pact|front|grouping|group|partnership|forum|باشگاه"
    r"|اتحادیه)\b[^.;\n]{0,70}?)"
    r"(?:,? ?(?:including|such as|like|namely|called|comprising|of|is|are|were|for example|مانند|نظیر|شامل)"
    r"(?: (?:the|countries|states|nations|many|strong|powers|several|like|such as|including|certain|both))*"
    r"|[:(–-]|,) ?(?:the )?$"
    r"|\bas (?:its|their|the) (?:full )?(?P<v>founding members|members|founders|observers|partners|candidates)"
    r" ?(?:the )?$",
    re.IGNORECASE,
)
KINDS = {
    "observ": "observers",
    "signator": "members",
    "found": "founders",
    "partner": "partners",
    "candidat": "candidates",
}
_MEMBER_VERBS = frozenset({"include", "comprise", "consist", "unite", "group", "bring", "encompass", "make", "compose"})
_BLAMING = frozenset({"accuse", "sanction", "blame", "condemn", "charge", "warn", "urge"})
_JOINING = frozenset({"join", "accede", "enter"})


@dataclass(frozen=True, slots=True)
class CountryList:
    """One enumeration of countries in a sentence; spans are folded."""

    sentence: Sentence
    mentions: tuple[Place, ...]
    start: int
    end: int
    kind: str
    """members, founders, observers, partners, candidates, sanctioned or other."""
    exemplary: bool = False
    stated_count: int | None = None
    count_span: tuple[int, int] | None = None
    partial: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """ISO3 -> what part of it, and the folded span that says so."""
    open_ended: bool = False
    nominal: bool = False
    """Whether words before the list say what it is of ("members including"), and no verb."""
    claimed: bool = False
    """Whether a verb claims each membership already ("A and B joined")."""
    body: str | None = None
    intro: int | None = None
    """Folded place whose clause says how sure the list is, where that is not the list's own."""

    @property
    def named(self) -> tuple[str, ...]:
        """ISO3 codes named in full, in order, without the ambiguous ones."""
        return tuple(dict.fromkeys(m.value for m, _, _ in self.mentions if m.value and m.value not in self.partial))

    @property
    def ambiguous(self) -> dict[str, tuple[str, ...]]:
        """Names that stand for several countries."""
        return {str(m.detail["text"]): tuple(m.detail["candidates"]) for m, _, _ in self.mentions if m.value is None}


def number(word: str) -> int:
    """A small number in digits or words, English or Persian."""
    value = _PERSIAN.get(word) or (12 if "dozen" in word.lower() else to_number(word))
    return int(value or 0)


def country_lists(shared: Context) -> Iterator[CountryList]:
    """Every list of countries that is a list of something: in prose and one a line."""
    for n, sentence in enumerate(shared.sentences):
        countries = shared.reading.within(sentence.start, sentence.end, "country")
        if len(countries) < 2 or tag_line(sentence.text):
            continue
        for run, partial in _runs(shared, countries):
            found = _list(shared, n, sentence, run, partial)
            if found is not None:
                yield found


def _runs(shared: Context, countries: Sequence[Place]) -> Iterator[tuple[list[Place], dict[str, tuple[str, int, int]]]]:
    """Countries that follow each other with nothing but commas and "and" between."""
    text = shared.reading.folded.text
    i = 0
    while i < len(countries):
        j = i + 1
        while j < len(countries) and _BETWEEN.match(text[countries[j - 1][2] : countries[j][1]]):
            j += 1
        run = list(countries[i:j])
        partial: dict[str, tuple[str, int, int]] = {}
        # "as well as certain companies and banks in China": part of a country, not the country
        if j < len(countries) and len(run) >= 2:
            end = run[-1][2]
            match = _PARTIAL.match(text[end : countries[j][1]])
            if match and (code := countries[j][0].value):
                partial[code] = (match.group("extent"), end + match.start("extent"), countries[j][2])
                run.append(countries[j])
                j += 1
        i = j
        yield run, partial


def _list(
    shared: Context, n: int, sentence: Sentence, run: list[Place], partial: dict[str, tuple[str, int, int]]
) -> CountryList | None:
    text = shared.reading.folded.text
    start, end = run[0][1], run[-1][2]
    before = text[max(sentence.start, start - 140) : start]
    count = None
    for match in COUNT.finditer(text, max(sentence.start, start - 60), start):
        if re.fullmatch(
            r"[ ]?(?:\(|:|,|namely|called|-|including|such as)[\w, ]{0,16}[ ]?(?:the )?", text[match.end() : start]
        ):
            count = match
    at = shared.clause_at(start)
    kind, claimed, body = _kind(shared, n, sentence, before, start, end)
    kind = persian_kind(before, text[end : sentence.end]) or kind
    if kind is None or len(run) < 2 or (len(run) < 3 and not (count or partial or claimed or kind != "sanctioned")):
        return None
    return CountryList(
        sentence,
        tuple(with_text(place, text) for place in run),
        start,
        end,
        kind,
        exemplary=bool(_EXAMPLES.search(before[-40:])),
        stated_count=number(count.group("n")) if count else None,
        count_span=count.span() if count else None,
        partial=partial,
        open_ended=bool(_OPEN.match(text[end : end + 40])),
        nominal=not claimed and at is not None and _by_clause(shared, at[0], start) is None,
        claimed=claimed,
        body=body,
    )


def with_text(place: Place, text: str) -> Place:
    """The place of a country with its name as written, where that stands for several."""
    mention, a, b = place
    if mention.value is None:
        mention = Mention(mention.start, mention.end, mention.type, None, {**mention.detail, "text": text[a:b]})
    return mention, a, b


def _kind(
    shared: Context, n: int, sentence: Sentence, before: str, start: int, end: int
) -> tuple[str | None, bool, str | None]:
    """What a list is of, whether a verb claims it already, and the body; None where it is of nothing known."""
    if _NOT_IN.search(before) or re.search(r"\b(?:invited|asked|applied|eligible|ready) to (?:join|become)\b", before):
        return None, False, None
    at = shared.clause_at(start)
    if at is not None:
        found = _by_clause(shared, at[0], start)
        if found is not None:
            return found
    around = " ".join(s.text for s in shared.sentences[max(0, n - 2) : n + 3] if s.document is sentence.document)
    if _DELEGATES.search(before[-70:]):
        return ("founders" if CLUB.search(around) else None), False, None
    bracket = _bracketed(shared, sentence, start, end)
    if bracket is not None:
        return "members", False, bracket
    match = _INTRODUCED.search(before)
    while match is not None and (nearer := _INTRODUCED.search(before, match.start() + 1)):
        match = nearer
    offset = start - len(before)
    if (
        match is not None
        and not _PAST.search(before[: match.start()])
        and not _verb_between(at, offset + match.start(), start)
        and not _OF_IMPOSERS.search(before[match.start() :])
        and not _taken_away(at)
    ):
        word = (match.group("w") or match.group("v") or "member").lower()
        kind = next((k for stem, k in KINDS.items() if word.startswith(stem)), "members")
        return kind, False, None
    sanctioned = _SANCTIONED.search(before)
    imposers = _IMPOSED.search(before) or _OF_IMPOSERS.search(before)
    if sanctioned and not _verb_between(at, offset + sanctioned.start(), start) and not imposers:
        return "sanctioned", False, None
    return None, False, None


def _bracketed(shared: Context, sentence: Sentence, start: int, end: int) -> str | None:
    """The grouping whose members stand in brackets after its name: "the Troika (Norway, X and Y)"."""
    text = shared.reading.folded.text
    opening = text.rfind("(", sentence.start, start)
    if opening < 0 or text[opening + 1 : start].strip() not in {"", "the"} or text[end : end + 1] != ")":
        return None
    named = shared.reading.within(max(sentence.start, opening - 80), opening, "organisation")
    if named and not text[named[-1][2] : opening].strip(' "'):
        identifier = shared.actors.body(named[-1][0].value or "")
    else:
        word = re.search(r"\b[Tt]he ([A-Z][a-z]{3,})\W*$", text[max(sentence.start, opening - 30) : opening])
        if word is None or word.group(1).endswith("s"):
            return None
        identifier = f"o.{slug(word.group(1))}"
    head = headed(identifier)
    return None if head in BODIES and head not in GROUPING else identifier


_OF_IMPOSERS = re.compile(
    r"\b(?:sanctions?|embargo(?:es)?|measures|sanctioned|imposed|listed|frozen)\b[^.;:]{0,40}?\b(?:of|by|from) ",
    re.IGNORECASE,
)
"""What the states after it impose, so that they are neither members nor under it."""
_IMPOSED = re.compile(r"\b(?:from|by|of)\W*(?:the )?$", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:former|ex-|past|would-be|prospective|potential|aspiring|possible|future|non-?) ?$", re.IGNORECASE
)
_NAMING = frozenset(data_sections("english/grammar.txt")["naming"])


def _verb_between(at: tuple[Parsed, Clause] | None, start: int, end: int) -> bool:
    """Whether a verb other than one of naming stands between a word for members and the list."""
    units = at[0].units if at is not None else []
    return any(u.tag in {"V", "A"} and u.lower not in _NAMING for u in units if start <= u.start < end)


def _taken_away(at: tuple[Parsed, Clause] | None) -> bool:
    """Whether the verb of the clause says that those listed are members no more: "lost two members, A and B"."""
    return at is not None and at[1].verb.lemma in {"lose", "expel", "suspend", "exclude", "shed"}


def _by_clause(shared: Context, parsed: Parsed, start: int) -> tuple[str | None, bool, str | None] | None:
    """What the verb says that the list is the subject or object of; None where it stands elsewhere."""
    units = parsed.units
    place = next((i for i, u in enumerate(units) if u.start >= start), None)
    if place is None:
        return None
    for clause in parsed.clauses:
        for role, spans in (("subject", clause.subjects), ("object", clause.objects), *clause.phrases):
            if not any(a <= place < b for a, b in spans):
                continue
            if role == "subject" and clause.relative and units[place].start > units[clause.verb.start].start:
                continue
            return _said(shared, parsed, clause, role)
    return None


def _said(shared: Context, parsed: Parsed, clause: Clause, role: str) -> tuple[str | None, bool, str | None] | None:
    lemma, units = clause.verb.lemma, parsed.units
    if lemma in {"invite", "ask", "apply", "inform", "consult", "attend", "meet"} and role in {"subject", "object"}:
        return None, False, None
    if lemma in {"be", "become", "remain"}:
        other = clause.objects if role == "subject" else clause.subjects
        words = " ".join(u.lower for s in other for u in units[s[0] : s[1]])
        match = re.search(
            r"\b(?:founding |full )?(members?|founders?|signator\w+|observers?|partners?|candidates?)\b", words
        )
        if role != "subject" and units[0].lower == "among":
            return None, False, None
        if role != "subject" and words == "they" and _counted_before(shared, parsed):
            return "members", False, None
        if match is None or _PAST.search(words[: match.start()]):
            return (None, False, None) if role == "subject" or match is not None else None
        kind = next((k for stem, k in KINDS.items() if match.group(1).startswith(stem)), "members")
        return ("founders" if "founding" in words else kind), True, _body(shared, parsed, other, words)
    if lemma in _JOINING and role == "subject":
        return "members", True, _body(shared, parsed, clause.objects, "")
    if role in {"object", "of", "together", "up"} and lemma in _MEMBER_VERBS:
        named = [shared.actors.of(units, s, shared.actors.recent) for s in clause.subjects[:1]]
        words = " ".join(u.lower for s in clause.subjects for u in units[s[0] : s[1]])
        if re.search(r"\b(?:former|past|would-be|prospective|potential|aspiring|future)\b", words):
            return None, False, None
        grouping = any(i.startswith("o.") for i in named) or bool(CLUB.search(words))
        return ("members" if grouping else None), False, named[0] if named and named[0].startswith("o.") else None
    if role == "subject":
        return None, False, None
    if role in {"object", "on", "against"} and lemma in {
        *_BLAMING,
    }:
        return None, False, None
    if role == "by":
        return None, False, None
    return None


def _counted_before(shared: Context, parsed: Parsed) -> bool:
    """Whether the sentence before counts members: "has five members. They are A, B ..."."""
    n = shared.index(parsed.sentence)
    before = shared.sentences[n - 1] if n else None
    return before is not None and any(
        m.group("u").lower() in {"members", "signatories"} for m in COUNT.finditer(before.text)
    )


def _body(shared: Context, parsed: Parsed, spans: Sequence[tuple[int, int]], words: str) -> str | None:
    """The body in "members of the league"."""
    for a, b in spans:
        inner = next((k + 1 for k in range(a, b) if parsed.units[k].lower in {"of", "to"}), a)
        found = shared.actors.of(parsed.units, (inner, b), shared.actors.recent)
        if found.startswith("o."):
            return found
    return None


def tag_line(sentence: str) -> bool:
    """Whether the line is a list of tags: many short items and no verb to speak of."""
    items = [p.strip() for p in sentence.split(",")]
    return (
        len(items) >= 4
        and all(len(p.split()) <= 3 for p in items)
        and any(p.islower() for p in items)
        and not sentence.rstrip().endswith(".")
    )
