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

from countervail.evidence.claims.clause import Clause
from countervail.evidence.claims.context import CLUB_WORDS, Context, chain
from countervail.evidence.claims.introductions import NOT_MEMBERS, introduced, persian_kind, states_of
from countervail.evidence.claims.list_clauses import (
    COUNT,
    COUNTING,
    NAMING,
    UNKNOWN_NAME,
    bracketed,
    by_clause,
    counted,
    counted_alone,
    number,
    opposing,
    taken_away,
    unknown_names,
    verbs_of,
)
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.text.documents import Sentence
from countervail.evidence.text.lines import tag_line
from countervail.evidence.text.tokens import Mention, data_sections

Place = tuple[Mention, int, int]
_WORDS = data_sections("english/memberships.txt")
_BETWEEN = re.compile(
    r"^ ?(?:\([^()\n]{0,40}\) ?)?(?:,|;|،|/)? ?(?:(?:and|or|&|as well as|و|plus)(?= |,|$))? ?(?:also )?"
    r"(?:,? ?(?:since|from) \w{2,10}(?: \d{4})?, ?)?(?:the )?$"
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
_ALL = re.compile(
    r"(?<!not )(?<!nearly )(?<!almost )\ball (?:of )?(?:(?:the|its|their) )?(?:[\w-]+ )?(?:members|member (?:state"
    r"|countrie|nation)s)\b[^.;:,]{0,40}: ?(?:the )?$|^\W*members (?:present|attending|represented|in attendance)\W*$",
    re.IGNORECASE,
)
"""Before all members by name: "Delegations of all four members came:"."""
_APPOSED = re.compile(
    r" ?[,(–-] ?(?:(?:the|all|both|its) )?(?P<q>(?:[\w-]+ ){0,2}?)(?:members|member (?:states|countries)) of "
    r"|(?P<own> ?[,(–-] ?its (?:(?:only|sole|current|founding|two|three|four|five|six|seven|eight|nine|ten) )?members)"
    r"(?=[.,;)]|$)|(?P<as> as )(?:(?:the|its) )?(?:(?:only|sole|last|remaining|full) )*members(?=[.,;]|$| of (?:the )?"
    rf"(?:(?-i:[A-Z])|(?:\w+ )?(?:{CLUB_WORDS})\b))",
    re.IGNORECASE,
)
"""After a list of members: "A, B and C, the three members of the pact", "leaves A and B as members"."""
_SESSIONS = re.compile(
    r"\b(?:sessions?|meetings?|met|found\w*|establish\w*|creat\w+|launch\w*|نشست|جلس)", re.IGNORECASE
)
_PROTEST = re.compile(
    r"\b(?:protest|condemn|object|oppos|boycott|veto|critici|sanction(?:ing|s against|s on)|walk|refus|reject)\w*",
    re.IGNORECASE,
)
_PUNISHING = re.compile(r"\b(?:freez|froze|measures against|measures are directed)", re.IGNORECASE)
_NOT_IN = re.compile(
    r"\b(?:except(?: for)?|excluding|apart from|other than|but not|not including|without|save|unlike|bar|instead of"
    r"|rather than|aside from|not|sanctions "
    r"(?:by|of|from)|به جز)\W*(?:the )?$",
    re.IGNORECASE,
)
_STATUS = re.compile(rf" ?\([^()\n]{{0,30}}\b(?:{'|'.join(_WORDS['no member'])})\b[^()\n]{{0,30}}\)", re.IGNORECASE)
"""What in brackets behind a state of a list says that it is none of the others: "(withdrew in 2020)"."""
_FROM_COUNT = re.compile(
    r"(?: (?:of|in|to) (?:the |this |that )?[^,;:.()]{2,50}?"
    r"| (?:[A-Z][\w'-]+ ?){1,4}| (?:club|bloc|union|alliance|league|group(?:ing)?|coalition|forum|pact"
    r"|compact))?"
    r"[ ]?(?:\(|:|,|namely|called|-|including|such as)[\w, ]{0,16}[ ]?(?:the )?"
    rf"| (?:(?:that|which|who|have|has|had) ){{0,2}}(?:{'|'.join(w.replace('-', ' ') for w in _WORDS['joining'])})"
    r" (?:the |this |its )?[^,;:.()]{2,40}: ?(?:the )?"
)
"""What stands between a count and its list: "the 4 states of the pact: A", "the five-nation Pact, A", "Six states have
joined the pact: A"."""
_OF_COUNT = re.compile(rf"\b(?:{'|'.join(_WORDS['clubs'])}) of (?P<n>\d{{1,2}}|[a-z]+) ?\((?:the )?$", re.IGNORECASE)
"""A grouping called by the number of those in brackets after it: "the group of three (A, B and C)"."""


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
    unknown: tuple[str, ...] = ()
    """Names listed that are of no state known today."""

    @property
    def named(self) -> tuple[str, ...]:
        """ISO3 codes named in full, in order, without the ambiguous ones."""
        return tuple(dict.fromkeys(m.value for m, _, _ in self.mentions if m.value and m.value not in self.partial))

    @property
    def ambiguous(self) -> dict[str, tuple[str, ...]]:
        """Names that stand for several countries."""
        return {
            str(m.detail["text"]): tuple(m.detail["candidates"])
            for m, _, _ in self.mentions
            if m.value is None and m.detail.get("candidates")
        }


def country_lists(shared: Context) -> Iterator[CountryList]:
    """Every list of countries that is a list of something: in prose and one a line."""
    for n, sentence in enumerate(shared.sentences):
        countries = shared.reading.within(sentence.start, sentence.end, "country")
        if len(countries) < 2 or tag_line(sentence.text) or shared.is_told(sentence):
            continue
        for run, partial in _runs(shared, countries):
            found = _list(shared, n, sentence, run, partial)
            if found is not None:
                yield found


def listed_beside(shared: Context, end: int, start: int) -> bool:
    """Whether a state that begins at `start` goes on with the list of the one that ends at `end`."""
    between = shared.reading.folded.text[end:start]
    return bool(_BETWEEN.match(between)) or bool(unknown_names(shared, end, start))


def _runs(shared: Context, countries: Sequence[Place]) -> Iterator[tuple[list[Place], dict[str, tuple[str, int, int]]]]:
    """Countries that follow each other with nothing but commas and "and" between."""
    text = shared.reading.folded.text
    i = 0
    while i < len(countries):
        j = i + 1
        while j < len(countries) and listed_beside(shared, countries[j - 1][2], countries[j][1]):
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


_FIRST = re.compile(
    rf"(?:\b(?:are|include|includes|including|comprises?|of|namely|were|states|countries)|:)"
    rf" ((?:{UNKNOWN_NAME}, )+)(?:the )?$"
)
_LAST = re.compile(rf",? and ({UNKNOWN_NAME})(?=[.;:]|$)")


def _unread(shared: Context, run: Sequence[Place], sentence_end: int) -> tuple[str, ...]:
    """The names of a list that are of no state known today: states that are no more, and unknown ones."""
    text = shared.reading.folded.text
    found: list[str] = []
    first = _FIRST.search(text, max(0, run[0][1] - 120), run[0][1])
    if first is not None and not shared.reading.within(first.start(1), run[0][1]):
        found += [re.sub("^the ", "", name) for name in first.group(1).strip(", ").split(", ")]
    for place, (mention, a, b) in enumerate(run):
        if place and not _BETWEEN.match(text[run[place - 1][2] : a]):
            found += unknown_names(shared, run[place - 1][2], a)
        if mention.value is None and not mention.detail.get("candidates"):
            found.append(text[a:b])
    last = _LAST.match(text, run[-1][2], sentence_end)
    if last is not None and not shared.reading.within(last.start(1), last.end(1)):
        found.append(re.sub("^the ", "", last.group(1)))
    return tuple(dict.fromkeys(found))


def _list(
    shared: Context, n: int, sentence: Sentence, run: list[Place], partial: dict[str, tuple[str, int, int]]
) -> CountryList | None:
    text = shared.reading.folded.text
    run = [place for place in run if not _STATUS.match(text, place[2], sentence.end)] or run
    start, end = run[0][1], run[-1][2]
    before = text[max(sentence.start, start - 140) : start]
    count = None
    for match in COUNT.finditer(text, max(sentence.start, start - 90), start):
        if _FROM_COUNT.fullmatch(text[match.end() : start]):
            count = match
    of = _OF_COUNT.search(text, max(sentence.start, start - 60), start)
    count = of if of is not None and number(of.group("n")) else count
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
        nominal=not claimed and at is not None and by_clause(shared, at[0], start) is None,
        claimed=claimed,
        body=body,
        unknown=_unread(shared, run, sentence.end),
    )


def holder(shared: Context, start: int) -> str | None:
    """The body that a clause says has those counted at a place: "The Compact, unlike the Forum, has 14 members"."""
    parsed, clause = shared.clause_at(start) or (None, None)
    if parsed is None or clause is None or not clause.subjects or clause.verb.lemma not in COUNTING or clause.relative:
        return None
    found = counted(parsed, clause, shared.actors) if parsed.units[clause.subjects[0][0]].tag != "O" else []
    return next((i for i in found if states_of(i)), None)


def with_text(place: Place, text: str) -> Place:
    """The place of a country with its name as written, where that stands for several."""
    mention, a, b = place
    if mention.value is None:
        mention = Mention(mention.start, mention.end, mention.type, None, {**mention.detail, "text": text[a:b]})
    return mention, a, b


def _announced(shared: Context, n: int, start: int, end: int) -> tuple[Sentence, int, int] | None:
    """The sentence before one that is or begins with a list, where it ends with a colon or asks for one; with where
    its words about the list begin and end."""
    sentence, before = shared.sentences[n], shared.sentences[n - 1] if n else None
    if before is None or before.document is not sentence.document:
        return None
    text, said = shared.reading.folded.text, before.text.rstrip()
    asked = _ASKED.search(said) if not said.endswith("?") else _WHICH.search(said)
    if asked is not None and _ANSWER.match(text[sentence.start : start]):
        whole = not text[end : sentence.end].strip(" .")
        return (before, before.start + asked.start("w"), before.start + len(said) - 1) if whole else None
    opens = text[sentence.start : start].strip() in {"", "the"} and said.endswith(":")
    return (before, max(before.start, start - 600), start) if opens and sentence.start - before.end < 3 else None


def _apposed(shared: Context, sentence: Sentence, at: tuple[Parsed, Clause] | None, end: int) -> int | None:
    """Where the words end that follow a list and say that it is of members; None where none do."""
    found = _APPOSED.match(shared.reading.folded.text, end, sentence.end)
    if found is None:
        return None
    if found["own"]:
        return found.end()
    if not found["as"]:
        return None if NOT_MEMBERS.search(found["q"]) else found.end()
    kept = at is not None and at[1].verb.lemma in {"leave", "keep", "retain"} and not at[1].verb.passive
    return found.end() + len(" of ") if kept else None  # past what the expression only looks ahead to


_WHICH = re.compile(r"\b(?P<w>which|what|who)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:ask(?:s|ed)?|wonder(?:s|ed)?|know|question is|tell you) (?P<w>which|what|who)\b")
_ANSWER = re.compile(
    r"(?:[A-Z][\w .'-]{0,30}: ?|A\. )?(?:(?:[Tt]hey|[Tt]here|[Tt]hese) (?:are|were)(?: \w+)?|[Oo]nly|[Jj]ust|[Tt]oday)?"
    r"[,:]? ?(?:[Tt]he )?$"
)


def _kind(
    shared: Context, n: int, sentence: Sentence, before: str, start: int, end: int
) -> tuple[str | None, bool, str | None]:
    """What a list is of, whether a verb claims it already, and the body; None where it is of nothing known."""
    if _NOT_IN.search(before) or re.search(r"\b(?:invited|asked|applied|eligible|ready) to (?:join|become)\b", before):
        return None, False, None
    at = shared.clause_at(start)
    if _ALL.search(before):
        return "members", False, None
    if (apposed := _apposed(shared, sentence, at, end)) is not None:
        named = shared.reading.within(apposed, min(apposed + 60, sentence.end), "organisation")
        near = bool(named) and named[0][1] <= apposed + 4
        return "members", False, shared.actors.body(named[0][0].value or "") if near else None
    if at is not None:
        found = by_clause(shared, at[0], start)
        if found is not None:
            return found
    if _DELEGATES.search(before[-70:]):
        around = " ".join(s.text for s in shared.sentences[max(0, n - 2) : n + 3] if s.document is sentence.document)
        founding = CLUB.search(around) and _SESSIONS.search(sentence.text) and not _PROTEST.search(sentence.text)
        founding = founding and not _PUNISHING.search(around)
        return ("founders" if founding else None), False, None
    if n and (counted := counted_alone(shared, n, before)) is not None:
        return "members", False, counted
    bracket = bracketed(shared, sentence, start, end)
    if bracket is not None:
        return "members", False, bracket
    opening = _announced(shared, n, start, end)  # "... have joined the pact:" on the line before
    lead, since, until = opening or (sentence, max(sentence.start, start - 600), start)
    head = shared.clause_at(lead.start) if opening is not None else at
    intro = introduced(shared, since, until, verbs_of(head), heading=until < start)
    if intro is not None and not taken_away(head, start) and not (intro.by == "body" and opposing(at, intro.start)):
        return intro.kind, False, intro.body
    offset = start - len(before)
    sanctioned = _SANCTIONED.search(before)
    imposers = _IMPOSED.search(before) or _OF_IMPOSERS.search(before) or _WHERE.search(before)
    if sanctioned and not _verb_between(at, offset + sanctioned.start(), start) and not imposers:
        return "sanctioned", False, None
    return None, False, None


_OF_IMPOSERS = re.compile(
    r"\b(?:sanctions?|embargo(?:es)?|measures|sanctioned|imposed|listed|frozen)\b[^.;:]{0,40}?\b(?:of|by|from) ",
    re.IGNORECASE,
)
"""What the states after it impose, so that they are neither members nor under it."""
_WHERE = re.compile(r"\b(?!sanctions|measures|embargoes)[a-z]{2,}s (?:based |located |registered )?in (?:the )?$")
"""Where those are who are under it: "sanctions on three companies in"."""
_IMPOSED = re.compile(r"\b(?:from|by|of)\W*(?:the )?$", re.IGNORECASE)


def _verb_between(at: tuple[Parsed, Clause] | None, start: int, end: int) -> bool:
    """Whether a verb other than one of naming stands between a word for members and the list."""
    units = at[0].units if at is not None else []
    return any(u.tag in {"V", "A"} and u.lower not in NAMING for u in units if start <= u.start < end)


def teller(shared: Context, item: CountryList) -> tuple[str, tuple[str, ...]] | None:
    """Who gives a list, with the attribution of its claims: "X named the members of the league: A, B and C"."""
    at = shared.clause_at(item.start)
    if at is None or item.claimed or at[1].verb.lemma not in _LISTING or at[1].relative:
        return None
    parsed, clause = at
    spans = clause.after("by") if clause.verb.passive or clause.verb.kind == "participle" else clause.subjects
    up = [u.lower for u in parsed.units[clause.verb.end : clause.verb.end + 1]] == ["up"]  # not "set out"
    called = clause.verb.lemma == "call" and parsed.units[clause.verb.start - 1].tag == ","  # "5 states, called A, B"
    if not spans or up or called or parsed.units[clause.verb.start].start > item.start:
        return None
    who = shared.actors.of(parsed.units, spans[0], shared.before(parsed, clause))
    if who[:2] not in {"p.", "o.", "n."} or who.endswith(".unknown") or who == item.body:
        return None
    speakers = tuple(dict.fromkeys([*shared.speakers(parsed, clause), who]))
    return who, chain(shared.reading, item.sentence, shared.cited.get(shared.index(item.sentence)), speakers)


_LISTING = frozenset(_WORDS["listing"])
_FOLLOWING = re.compile(r"\bfollowing (?=[^:]{0,40}\bmember)")


def listed_phrase(at: tuple[Parsed, Clause] | None, line: str, start: int) -> str | None:
    """What is listed below a line that says something of it: "The following members of X", which are under measures;
    None where the line says no more, or that they are members no longer."""
    first = _FOLLOWING.search(line)
    verb = min((v for v in verbs_of(at) if first and v >= start + first.end()), default=None)
    return None if verb is None or taken_away(at, verb) or taken_away(at, start) else line[: verb - start].rstrip()
