"""What the words before a list of states, or the heading above it, say that it is a list of, and of which body.

A list goes with a noun phrase: after "including", "namely" or a comma with the nearest one, after a colon or "are" with
the whole. It is of members where that phrase names members ("members of the league", "states that have joined it") or
the body ("an alliance of"), and of nothing where it names somebody else ("critics of the league", "states outside it").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from countervail.evidence.claims.actors import BODIES, GROUPING, GROUPS, headed
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.text.tokens import data_sections

_WORDS = data_sections("english/memberships.txt")


def _any(section: str) -> str:
    """The words of a section as alternatives, the longest first."""
    return "|".join(sorted((w.replace("-", "[- ]") for w in _WORDS[section]), key=len, reverse=True))


KINDS = {
    "observ": "observers",
    "signator": "members",
    **dict.fromkeys(("found", "co-found"), "founders"),
    "associate": "associates",
    "dialogue": "partners",
    "partner": "partners",
    **dict.fromkeys(("candidat", "applicant"), "candidates"),
}
"""How a word for members begins -> the kind of list."""
_BODY, _REST, _DATE = "\ue000", "\ue001", "\ue002"
"""What stands for the first letter of a name of a body, for the others, and for the first of a date."""
_NAME = f"{_BODY}{_REST}*"
_BODIES = sorted(CLOSED["bodylike"] - frozenset(_WORDS["not bodies"]), key=len, reverse=True)
_CLUB = f"(?:{_NAME}|\\b(?:{_any('clubs')})\\b)"
_PLAIN = (
    r"(?!(?:of|on|in|at|by|for|from|to|with|against|outside|the|a|an|and|or|that|which|who|its|their|between|within|into"
    r"|is|are|was|were|has|have|had)\b)[\w-]+ "
)
"""A word that belongs to a noun after it."""
_MEMBER = re.compile(rf"\b(?P<w>{_any('members')})\b", re.IGNORECASE)
ACTORS = re.compile(rf"\b(?:{_any('actors')})\b", re.IGNORECASE)
NOT_MEMBERS = re.compile(rf"\b(?:{_any('not members')})\b|\bnon-? ?$|\bex-$", re.IGNORECASE)
_NO_MEMBER = re.compile(rf"\b(?:{_any('no member')}|till)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|no longer|never|n't|yet|neither|nor|cannot|without)\b", re.IGNORECASE)
_HOSTILE = re.compile(rf"\b(?:{_any('against')})\b", re.IGNORECASE)
_GOING = re.compile(rf"\b(?:{_any('leaving')})\b", re.IGNORECASE)
_ARE = re.compile(
    r"(?:\b(?:that|which|who|as|its|their|the|are|were|is|was|be|been|become|became|becomes|remain|remained|will|have|has"
    r"|now|currently|also|all|still|full|new|current|other|first|\d+|[a-z]+teen|two|three|four|five|six|seven|eight"
    r"|nine|ten)\b ?)*$",
    re.IGNORECASE,
)
"""What may stand between "states" and "members": they are the same."""
_FILLER = (
    r"(?:[ ,:(]*\b(?:the|countries|states|nations|many|strong|powers|several|like|such as|including|certain|both|also"
    r"|namely|for example|for instance|among others|notably|following|(?:\d{1,3}|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve) (?:countries|states|nations|powers))\b)*[ ,:(]*$"
)
_CONNECTOR = re.compile(
    rf"(?:(?P<bind>,? \b(?:(?:made up|composed|consisting|consists?|comprised|formed) )?of|,? "
    rf"\b(?:comprising|grouping|uniting|bringing together))|(?P<whole>:| (?:is|are|were|was"
    rf"|includes?|included|comprises?|comprised))"
    rf"|(?P<near>,? ?\b(?:including|such as|among them|like|namely|to wit|viz\.?|called|notably|for example"
    rf"|for instance|e\.g\.|i\.e\.)|,|\(| [–-]+))(?=[ (]|$){_FILLER}",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    rf"\b(?:the|its|their|fellow) (?:[\w-]+ ){{0,2}}?(?:{_any('members')})(?: of (?:the )?{_CLUB})? ?$", re.IGNORECASE
)
_ADJUNCT = re.compile(
    rf"(?:,? ?\b(?:(?:in|as of|since|from|by|on|at) (?:the )?(?:{_DATE}{_REST}*|present|moment|time)|today|now"
    rf"|so far|currently|at present)| ?{_DATE}{_REST}*|[\"'] ?| ?\([^()]{0, 30}\))+$",
    re.IGNORECASE,
)
_OF = re.compile(
    rf"^ (?:of|in|to|within|inside) (?:(?:the|this|that|a|an|its|their|such) )?\"?(?:{_PLAIN}){{0,4}}?"
    rf"(?P<b>{_CLUB}|\b(?:{_any('organs')}|{_any('of states')}|{'|'.join(_BODIES)})\b)|^ (?P<other>of|in|to|within) ",
    re.IGNORECASE,
)
_OWNER = re.compile(rf"(?P<b>{_NAME}|\b[\w-]+)(?:\"?'s?|\"?)(?: (?:[\w-]+ ){{0,3}}?)?$", re.IGNORECASE)
_HAVING = re.compile(rf"(?P<b>{_NAME}),? (?:(?:now|still|today|also) )?(?:has|had|have|counts) (?:[\w-]+ ){{0,3}}$")
_STATES = re.compile(
    rf"\b(?:countries|states|nations|governments|capitals|powers|those|all|who|(?:two|three|four|five|six|seven|eight|nine|ten"
    rf"|\d+)) (?:(?:that|which|who) )?(?:(?:have|has|had|are|is|now|already|currently|since|also|so far|all) )*"
    rf"(?P<v>{_any('joining')}) (?:(?:the|this|that|a) )?(?:{_PLAIN}){{0,2}}?(?P<b>{_CLUB}|it\b|them\b)$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?P<b>{_CLUB}) (?:(?:now|today|currently|still|is|was|an?|body|bloc|{_any('clubs')}) )*?(?:counts?|numbers?|has"
    r"|of) (?:only |just )?(?:two|three|four|five|six|seven|eight|nine|ten|\w+teen|twenty|\d+) (?:\w+ )?(?:states"
    rf"|countries|nations)(?:,? (?:founded|set up|established|created|formed)(?: [^,:;.]{{2,60}})?)?$"
    rf"|\b[Mm]embership of (?:the )?(?P<c>{_CLUB}) (?:now )?(?:stands at|numbers|is|counts) \w+$"
)
"""A body and how many states it has: "the league counts four states", "the membership of the league stands at four"."""
_THE_BODY = re.compile(
    rf"(?<![\w'-])(?P<a>(?:a|an|the|this|that|its|their|any|our) )?(?P<m>\"?(?:{_PLAIN}){{0,4}}?)(?P<b>{_CLUB})"
    rf"(?P<of> (?:of|for|among) (?:{_PLAIN}){{0,4}}?(?:countries|states|nations|governments|economies|powers))?$",
    re.IGNORECASE,
)
_OTHER_BODY = re.compile(rf"\b(?:{_any('other bodies')})\b", re.IGNORECASE)
_ORGAN_OF = re.compile(rf"^(?:'s?)? (?:[\w-]+ ){{0,3}}?(?:{_any('organs')})\b", re.IGNORECASE)
"""What makes a body the owner of an organ: "the league's sanctions committee"."""
_GOVERNED = re.compile(
    r"\b(?:against|outside|between|by|without|beyond|from|to|with|on|under|for|at|about|over|than|like)\"? ?$",
    re.IGNORECASE,
)
_PERSIAN = re.compile(r"(?:باشگاه|اتحادیه|اعضا|اعضای)[^.;\n]{0,70}?(?:مانند|نظیر|شامل|:)(?: کشورهایی| کشورهای)* ?$")

_PERSIAN_OTHERS = re.compile("مخالف|علیه|خارج|سابق|پیشین|دشمن|غیر")
"""Opponents, against, outside, former, enemies, non-."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a list is of: the kind, the body where the words name one, and where they begin."""

    kind: str
    body: str | None = None
    start: int = 0
    by: str = "members"
    """What the phrase names: members, the states that do what members do, or the body."""


def shown(shared: Context, start: int, end: int) -> str:
    """The text of a folded span with each name of a body and each date as one word, as long as it is."""
    text = list(shared.reading.folded.text[start:end].replace("\n", " "))
    for mention, a, b in shared.reading.within(start, end):
        if mention.type in {"organisation", "date"}:
            text[a - start : b - start] = [_BODY if mention.type == "organisation" else _DATE] + [_REST] * (b - a - 1)
    return "".join(text)


def introduced(
    shared: Context, start: int, end: int, verbs: frozenset[int] = frozenset(), heading: bool = False
) -> Introduction | None:
    """What a list is of that begins at `end`, by the words from `start` to there; `verbs` are the places of words that
    cannot stand between a phrase and its list, `heading` says that the words are a heading of their own."""
    text = shown(shared, start, end).rstrip() + (":" if heading else "")
    persian = shared.reading.folded.text[start:end]
    if _PERSIAN.search(persian):
        return None if _PERSIAN_OTHERS.search(persian) else Introduction("members")
    connector = _CONNECTOR.search(text)
    if connector is None:
        as_its = re.search(r"\bas (?:(?:its|their|the) )?(?:full )?(?P<w>[a-z -]+?) ?(?:the )?$", text, re.IGNORECASE)
        found = _MEMBER.fullmatch(as_its.group("w")) if as_its else None
        if found is None and _BESIDE.search(text):  # "besides the members A and B"
            return named(shared, start, text, "near", verbs)
        return Introduction(kind_of_word(found.group("w"))) if found else None
    how = "bind" if connector.group("bind") else "whole" if connector.group("whole") else "near"
    word = (connector.group(how) or "").strip()
    how = {"of": "of", ",": "comma"}.get(word, how)
    before = text[: connector.start()]
    relative = re.search(r"[,\" ]*\b(?:which|that|who)(?: (?:now|also|already|currently))?$", before)
    if relative is not None and how == "whole":  # "the league, which includes"
        one = word in {"is", "was", "includes", "comprises"}
        before, how = before[: relative.start()], "which" if one else "near"
    elif how == "bind":  # "the league is made up of"
        before = re.sub(r"(?: (?:is|are|was|were|being|now|currently|be|will))+$", "", before)
    return named(shared, start, before, how, verbs)


def named(
    shared: Context, start: int, text: str, how: str = "whole", verbs: frozenset[int] = frozenset()
) -> Introduction | None:
    """What a phrase says that a list is of; `how` the list is bound to it: of, bind ("made up of"), comma, near ("such
    as") or whole (a colon, "are")."""
    bare = _ADJUNCT.sub("", text)
    if how != "of" and (counted := _COUNTED.search(bare)) is not None and not _NEGATION.search(bare):
        group = "b" if counted["b"] else "c"
        body = body_at(shared, start + counted.start(group), start + counted.end(group))
        return Introduction("members", body, start + counted.start(), "states") if body else None
    made = _of_members(shared, start, text, how, verbs)
    if made is not None:
        return made or None
    states = _STATES.search(bare)
    if states is not None and not _NEGATION.search(bare) and not _GOVERNED.search(bare[: states.start()]):
        kind = "founders" if states.group("v").lower().startswith(("found", "form", "set", "creat")) else "members"
        body = body_at(shared, start + states.start("b"), start + states.end("b"))
        if body is not None or states.group("b").lower() in {"it", "them"}:
            return Introduction(kind, body, start + states.start(), "states")
    return _of_body(shared, start, bare, how)


def titled(shared: Context, start: int, end: int) -> str | None:
    """The body that a line of text is about: the last one that it names."""
    text = shown(shared, start, end)
    found = [
        body_at(shared, start + m.start(), start + m.end())
        for m in re.finditer(_CLUB, text, re.IGNORECASE)
        if m.group()[0].isupper() or m.group()[0] == _BODY
    ]
    return next((b for b in reversed(found) if b), None)


def kind_of_word(word: str) -> str:
    """The kind of list that a word for members makes."""
    return next((k for stem, k in KINDS.items() if word.lower().startswith(stem)), "members")


def _of_members(
    shared: Context, start: int, text: str, how: str, verbs: frozenset[int]
) -> Introduction | Literal[False] | None:
    """A phrase for members, False where it is one of others than members, None where it is none."""
    match = next(iter([*_MEMBER.finditer(text)][-1:]), None)
    if match is None:
        return None
    word = match.group("w").lower()
    left, right = text[: match.start()], text[match.end() - 3 * word.endswith(" to") :]
    if (how == "of") != (word == "membership" and not right):
        return False  # "members of Mali", but "the membership of Mali, Niger and Chad"
    if len(right) > 90 or any(start + match.end() <= v < start + len(text) for v in verbs):
        return False
    if _NO_MEMBER.search(right):
        return False
    if re.search(r"[.;]", _ADJUNCT.sub("", right)) or _NEGATION.search(right) or _HOSTILE.search(right):
        return False
    segment = re.split(r"[,;:()]| [–-]+ ", left)[-1]
    if (
        _GOING.search(segment)
        or NOT_MEMBERS.search(" ".join(segment.split()[-6:]))
        or left.rstrip().lower().endswith("non-")
    ):
        return False
    before = list(ACTORS.finditer(segment))
    if before:
        bridge = segment[before[-1].end() :]
        if _NEGATION.search(bridge) or not _ARE.fullmatch(bridge.strip() + " "):
            return False
    if _NEGATION.search(segment) and how == "whole":
        return False
    inner = _OF.match(right)
    if inner is not None and inner.group("other"):
        return False  # "members of parliament"
    if inner is not None and (_OTHER_BODY.search(inner.group()) or _ORGAN_OF.match(right[inner.end() :])):
        return False
    if inner is not None:
        at = start + len(text) - len(right)
        body = body_at(shared, at + inner.start("b"), at + inner.end("b"))
        return Introduction(kind_of_word(word), body, start + match.start()) if body else False
    owner, body = _HAVING.search(left) or _OWNER.search(left), None
    if owner is not None and any(start + owner.end("b") <= v < start + match.start() for v in verbs):
        owner = None
    if owner is not None and owner.group("b")[0] == _BODY:
        whose = shared.reading.within(start + owner.start("b"), start + owner.end("b"), "organisation")
        body = shared.actors.body(whose[-1][0].value or "") if whose else None
    elif (owner := re.search(r"\b(?P<b>[\w-]+)'s? (?:[\w-]+ ){0,3}$", left)) is not None:
        body = body_at(shared, start + owner.start("b"), start + owner.end("b"))
        if body is None:
            return False
    if body is None and word.split()[0] in _WORDS["with a body"]:
        return False
    return Introduction(kind_of_word(word), body, start + match.start())


def _of_body(shared: Context, start: int, text: str, how: str) -> Introduction | None:
    """The body itself before its members: "an alliance of", "the league, including"."""
    match = _THE_BODY.search(text)
    if match is None or how == "comma":
        return None
    name = match.group("b")[0] == _BODY or (match.group("b")[0].isupper() and bool(text[: match.start("b")].strip()))
    article = (match.group("a") or "").strip().lower()
    left = text[: match.start()]
    beside = re.search(rf"(?P<b>{_NAME}),? $", left)
    segment = re.split(r"[,;:()]| [–-]+ ", left)[-1]
    several = article in {"a", "an", "any", ""} and match.group("of") and not name
    if several and match.group("b").lower() in {"group", "coalition", "grouping"} and how != "of":
        return None  # "a group of countries" is no body
    if (
        NOT_MEMBERS.search(match.group("m"))
        or _OTHER_BODY.search(match.group())
        or _HOSTILE.search(segment + match.group("m"))
    ):
        return None
    if (how == "of" and name) or re.search(r"\bby ?$", left):
        return None
    if how not in {"of", "which"} and (_GOVERNED.search(left) or ACTORS.search(segment) or _GOING.search(segment)):
        return None
    if how == "whole" and left.strip():
        return None
    if beside is not None and article in {"a", "an", "the"} and not name:  # "the Tern Alliance, a bloc of"
        match = beside
    elif article in {"a", "an", "any"} and not name:
        return Introduction("members", f"o.{match.group('b').lower()}", start + match.start(), "body")
    body = body_at(shared, start + match.start("b"), start + match.end("b"))
    return Introduction("members", body, start + match.start(), "body") if body else None


def body_at(shared: Context, start: int, end: int) -> str | None:
    """The body of states that a word or name is: None for "council", "family", a ministry."""
    for mention, _, b in shared.reading.within(start, end, "organisation"):
        if b == end:
            found = shared.actors.body(mention.value or "")
            return found if states_of(found) else None
    text = shared.reading.folded.text
    word = text[start:end].lower()
    title = re.search(r"(?:[A-Z][\w'-]* )+$", text[max(0, start - 60) : start])
    if text[start].isupper() and title is not None and (longer := _title(title.group() + text[start:end])):
        return shared.actors.body(longer)
    for at, identifier, words in reversed(shared.actors.bodies):
        if at < start and word in words and headed(identifier) == word and states_of(identifier):
            return identifier
    if word in _WORDS["organs"]:
        return None
    return f"o.{word}" if word in GROUPING or word in _WORDS["clubs"] or word in BODIES or word in _BODIES else None


def _title(name: str) -> str:
    """A name that no mention marks, without "The" and "Members" before it; empty where nothing is left."""
    words = name.split()
    while words and words[0].lower() in {"the", "a", "an", "this", "in", "of", *_WORDS["members"], *_WORDS["actors"]}:
        words = words[1:]
    return " ".join(words) if len(words) > 1 else ""


def states_of(identifier: str) -> bool:
    """Whether a body can have states as members, by its name: not the "Ninth Council"."""
    head = headed(identifier)
    if identifier[2:].split("-")[0] in CLOSED["ordinals"]:
        return False
    return identifier in GROUPS or head in GROUPING or head not in BODIES or head in _WORDS["of states"]


# -- Persian: the verb stands after the list, and not where an English one does ----------------------------------------
# "Members of the club A, B and C are", "the members consist of A and B", "A and B member of the club are", "A and B to
# the club joined". A list before another verb, of former or future members, or under a negation is of nothing.

_WHOSE = r"(?:[\u0600-\u06ff]+ ?){0,7}?"


@cache
def _persian_words() -> dict[str, str]:
    """The sections of the Persian word list as alternatives of a pattern."""
    rows = data_sections("persian/lexicon.txt")
    return {k: "|".join(sorted((w.replace("\u200c", " ") for w in v), key=len, reverse=True)) for k, v in rows.items()}


@cache
def _persian_patterns() -> tuple[re.Pattern[str], ...]:
    w = _persian_words()
    kinds = "|".join(row.split("=")[0] for row in w["member_kinds"].split("|"))
    member = (
        rf"(?:^|(?<=[\s،,.:؛«\"]))(?:{w['member_words']})(?= |:|$)(?P<kind> (?:{kinds})(?= |$))?(?P<of>(?: {_WHOSE})?)"
    )
    return (
        re.compile(rf"{member} ?(?:(?:{w['consist_words']})(?: کشورهای)?|:) ?:? ?$"),
        re.compile(rf"{member} ?[،,]? ?$"),
        re.compile(rf"^ ?(?:(?:{w['member_fillers']}) )*{member} ?(?:{w['are_words']})(?![\u0600-\u06ff])"),
        re.compile(
            rf"^ ?(?:(?:{w['member_fillers']}) )*به (?P<of>{_WHOSE}) ?(?:{w['joined_words']})(?![\u0600-\u06ff])"
        ),
        re.compile(rf"^ ?(?:(?:{w['member_fillers']}) )*(?:{w['are_words']})(?![\u0600-\u06ff])"),
        re.compile(rf"(?<![\u0600-\u06ff])(?:{w['denied_words']}|{w['not_members']})(?![\u0600-\u06ff])"),
        re.compile(rf"(?<![\u0600-\u06ff])(?:{w['denied_words']}|(?:{w['member_words']}) سابق)(?![\u0600-\u06ff])"),
    )


def persian_kind(before: str, after: str) -> str | None:
    """What a list between two pieces of its sentence is of; None where they do not say."""
    if not re.search(r"[\u0600-\u06ff]", before + after):
        return None
    consist, members, are_members, joined, are, other, denied = _persian_patterns()
    found = consist.search(before) or are_members.match(after)
    if found is None and are.match(after):
        found = members.search(before)
    join = joined.match(after)
    if found is None and join is None:
        return None
    said = found or join
    assert said is not None
    if other.search(said.group("of")) or denied.search(after[:60]):
        return None
    kind = (found.group("kind") or "").strip() if found else ""
    kinds = dict(row.split("=") for row in _persian_words()["member_kinds"].split("|"))
    return kinds.get(kind, "members")
