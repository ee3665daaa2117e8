"""Memberships beside a name, without a verb: "X, a member of Y since 2014", "Y member X", "as a partner of Y, X ...",
"Y's members, A and B"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.clause import Clause, Span
from countervail.evidence.claims.copulas import EVENTS
from countervail.evidence.claims.memberships import NO_LONGER, role_of
from countervail.evidence.claims.nominals import Nominals, phrase_round
from countervail.evidence.claims.owners import country_of
from countervail.evidence.claims.phrases import listed_from, listed_to, phrase_from, phrase_to, text_of
from countervail.evidence.claims.references import BODYLIKE, SIGNABLE, UNKNOWN, Filled
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.units import CLOSED
from countervail.evidence.claims.verbs import Verb
from countervail.evidence.model import slug
from countervail.evidence.tables import Frame

_OF_THINGS = CLOSED["of_things"]
"""What is done to texts, plans and measures, so that "it" is no state."""
_ENTERING = frozenset(["join", "leave", "sign", "apply", "withdraw", "accede", "suspend", "admit", "belong"])
_LISTINGS = frozenset(["listings", "designations"])
_PROPOSALS = frozenset(["proposal", "proposals", "suggestion", "offer", "request", "recommendation", "call", "demand"])
_MEMBERS = frozenset(["members", "founders", "observers", "signatories"])
_BEFORE_NAMES = frozenset(["including", "like", "namely", "notably", "especially", "among"])
_ENDS = frozenset([",", ".", ";", ")", ":", "C", "S", "-", "B", "R"])
_CLOSING = frozenset(["since", "from", "until", "for"])
_HOLDING = frozenset(["have", "count", "number", "suspend", "expel", "admit", "exclude", "include"])
_OF_IT = frozenset(["its", "founding", "full", "associate", "itself", "now", "already", "still", "also", "likewise"])
"""Words by which a membership is one of the body spoken of."""
_PLACED = frozenset(["in", "at", "with", "of", "to"])
_OTHER_LIST = re.compile(
    r"(?im)^[ \t]*(?:[A-Z0-9]{1,2}[.)] ?)?(?:removals?|revocations?|delet\w+|de-?list\w+|variations?|amend\w+"
    r"|explanatory note|(?:dated|done|given|signed) (?:at|in|this|by))\b"
)
_NEXT_POINT = re.compile(r"(?m)^[ \t]*[A-Z][.)] (?:In|On|By|From|The|Also|Under|At) [a-zA-Z0-9]")
"""The next point of a text, as "C. On the same date", where a list below a point ends."""
_SHIP_LINE = re.compile(r"(?m)^[-*•\d.) ]{0,5}(?:M[TV] )?(?P<n>[A-Z][A-Z\d' -]{2,40}) \(IMO")
_ANNEX = re.compile(r"\b(?:Schedule|Annex|Appendix)(?: (?:\d{1,2}|[A-Z]|[IVX]{1,4}))?\b")


def _dated_on(units: Sequence[Any], k: int) -> bool:
    """Whether a date goes on at unit k: "since May last year"."""
    return k < len(units) and units[k - 1].tag == units[k].tag == "T"


class Appositions(Nominals):
    """Claims of what stands beside a name."""

    def beside_names(self, parsed: Parsed) -> Iterator[Filled]:
        """Who is said to be in a body in passing."""
        units = parsed.units
        for k, unit in enumerate(units):
            of_body = country_of(units, (k - 1, k + 1)) if k else None
            if unit.tag != "N" or not parsed.clauses or (not of_body and role_of(units, (k, k + 1), True) is None):
                continue
            found = self._after_name(parsed, k)
            if not of_body:
                found = found or self._before_name(parsed, k) or self._opening(parsed, k)
            if found is None:
                continue
            who, phrase, times = found
            made = self._membership(parsed, who, phrase, times)
            if made is not None:
                yield made
        yield from self._punished_beside(parsed)

    def _punished_beside(self, parsed: Parsed) -> Iterator[Filled]:
        """ "X, under sanctions by Y since 2020, owns it", "X, on the Dutch list since May, has closed"."""
        units = parsed.units
        for k in range(len(units) - 4):
            led = k + 2 + (units[k + 2].tag == "B")
            if units[k].tag != "E" or units[k + 1].tag != "," or units[led].lower not in {"under", "on"}:
                continue
            end = phrase_from(units, led + 1, len(units))
            closing = next((i for i in range(end, min(len(units), end + 7)) if units[i].tag in {",", ".", ";", ")"}), 0)
            if not closing or units[closing].tag != "," or any(u.tag in {"V", "A"} for u in units[k:closing]):
                continue
            event = Clause(Verb(led, led + 1, "be", "noun", main=led), units, subjects=[(k, k + 1)], end=closing)
            event.phrases = [(units[led].lower, [(led + 1, end)])]
            event.times = [i for i in range(end, closing) if units[i].tag == "T"]
            made = self._state_of(parsed, event) if end > led + 1 else None
            by = listed_from(units, end + 1, closing) if units[end].lower == "by" else []
            if made is not None and units[led + 1].lower not in {"its", "their", "his", "her"}:
                made.subjects = self.ids(parsed, event, by) or made.subjects
                yield made

    def proposals(self, parsed: Parsed, filled: dict[int, Filled]) -> Iterator[Filled]:
        """ "a proposal by Malta to settle in euros", "Japan's offer to train them", "took the view that it should pay":
        who proposes what, where that is no claim of its own, whatever becomes of the proposal."""
        units = parsed.units
        for clause in parsed.clauses:
            known = filled.get(id(clause))
            if clause.link not in {"to", "that"} or (known is not None and known.predicate in EVENTS):
                continue
            first = clause.subjects[0][0] if clause.link == "that" and clause.subjects else clause.verb.start
            noun = units[first - 2].lower if first > 1 and clause.link == "that" else ""
            held = noun in {"view", "opinion"} and clause.verb.modal in {"should", "ought"}
            if held and clause.governor is not None:
                holder, inside, phrase, spans = clause.governor, "object", None, clause.governor.subjects
            elif clause.noun in _PROPOSALS and not (clause.noun == "request" and clause.link == "to"):
                near = range(first - 1, max(-1, first - 12), -1)
                k = next((k for k in near if units[k].lower == clause.noun), None)
                if k is None or any(u.tag in {"A", "V"} for u in units[k + 1 : first]):
                    continue
                phrase = phrase_round(units, k, first)
                spans = phrase.of(("own", "by", "from", "of"), set())[1]
                holder, inside = self._holder(parsed, phrase)
            else:
                continue  # not "the request of Malta to be heard"
            who = [i for i in self._whose(parsed, holder, spans, inside) if kind_of(i) != "thing"] if spans else []
            if not who or UNKNOWN in who:
                continue
            what = text_of(units, (first, max([clause.end, *(c.end for c in clause.complements)])))
            at, end = (phrase.at, phrase.end) if phrase is not None else (first - 2, first - 1)
            event = Clause(Verb(at, at + 1, units[at].lower, "noun", main=at), units, end=end)
            event.times = phrase.times if phrase is not None else list(holder.times)
            event.governor, event.link = holder.governor, holder.link
            event.source, event.reported = holder.source, holder.reported
            start = min([at, *(a for a, _ in spans)])
            made = Filled(event, "proposed", who, [f"n.{slug(what)[:80]}"], {}, None, [(start, clause.end)])
            made.certain = True
            yield made

    def _after_name(self, parsed: Parsed, k: int) -> tuple[list[Span], Span, list[int]] | None:
        """ "X, a member of Y since 2014,", "X (an observer)", "A and B, both members of Y"."""
        units = parsed.units
        start = phrase_to(units, k + 1, 0)
        while start > 1 and units[start - 1].tag in {"D", "B", "O"} and units[start - 1].lower not in {"it", "they"}:
            start -= 1
        if start > 2 and units[start - 1].lower == "of" and units[start - 2].lower in {"all", "both", "none"}:
            start -= 2  # "nine firms, all of them members"
        if start > 1 and units[start - 1].tag == "X" and units[start - 2].tag in {",", ":"}:
            start -= 1  # "Bhutan: not a member of it"
        labelled = start == 2 and units[start - 1].tag == ":"
        if start < 2 or not (labelled or units[start - 1].tag in {",", "("}):
            return None
        plural = units[k].lower.endswith("s")
        first = units[start].lower
        if not plural and units[start].tag not in {"D", "N", "B", "#"}:
            return None
        who = listed_to(units, start - 1, 0)
        who = who if plural else who[-1:]
        named = who and any(u.tag == "E" for a, b in who for u in units[a:b])
        if not who or not (named or first in {"all", "both", "each", "none"}):
            return None
        end, times = self._ending(units, k)
        if units[end : end + 1] and units[end].tag not in _ENDS and units[end].lower not in {"like", "including"}:
            return None
        if plural and first not in {"all", "both", "each"} and len(who) < 2:
            return None
        return who, (start, end), times

    def _before_name(self, parsed: Parsed, k: int) -> tuple[list[Span], Span, list[int]] | None:
        """ "Cocoa Alliance member Ghana", "founding members A and B", "the Union's members, A and B"."""
        units = parsed.units
        start = phrase_to(units, k + 1, 0)
        i = k + 1
        if i < len(units) and units[i].lower in {"state", "states", "country", "countries", "firm", "firms"}:
            i += 1
        owned = any(u.tag in {"G", "E"} for u in units[start:k]) or units[start].lower in {"its", "founding"}
        owned = owned or bool(self._held(parsed, k))
        if not owned or i >= len(units):
            return None
        mention = units[i].mention
        if units[i].tag == "E" and mention is not None and mention.type in {"country", "organisation"}:
            names = listed_from(units, i, len(units)) if units[k].lower.endswith("s") else [(i, i + 1)]
            names = [s for s in names if units[s[0]].tag == "E"]
            return names, (start, i), []
        mark = units[i].tag in {",", ":"} or units[i].lower in _BEFORE_NAMES or units[i].lower == "such"
        if not mark or (not units[k].lower.endswith("s") and units[i].tag != ","):
            return None
        while i < len(units) and (
            units[i].tag in {",", ":"} or units[i].lower in _BEFORE_NAMES | {"such", "as", "them"}
        ):
            i += 1
        names = listed_from(units, i, len(units))
        plural = units[k].lower.endswith("s")
        kinds = {"organisation"} if plural else {"organisation", "country"}  # states in a list are read as such
        fit = all(any(u.tag == "E" and u.mention and u.mention.type in kinds for u in units[a:b]) for a, b in names)
        return (names, (start, k + 1), []) if names and fit and (plural or len(names) == 1) else None

    def _held(self, parsed: Parsed, k: int) -> list[Span]:
        """The body that the clause says has, takes in or puts out the members called so at unit k."""
        clause = next((c for c in parsed.clauses if any(a <= k < b for a, b in c.objects)), None)
        holds = clause is not None and clause.verb.lemma in _HOLDING and not clause.verb.passive
        return clause.subjects if clause is not None and holds and len(clause.subjects) == 1 else []

    def _opening(self, parsed: Parsed, k: int) -> tuple[list[Span], Span, list[int]] | None:
        """ "As a partner of Y, X may attend"."""
        units = parsed.units
        start = phrase_to(units, k + 1, 0)
        if start < 1 or units[start - 1].lower != "as" or (start > 1 and units[start - 2].tag != ","):
            return None
        end, times = self._ending(units, k)
        if end >= len(units) or units[end].tag != ",":
            return None
        if start > 2:  # "Nepal, as a member of Y, objected"
            before = listed_to(units, start - 2, 0)
            return (
                (before, (start, end), times)
                if before and any(u.tag == "E" for u in units[slice(*before[-1])])
                else None
            )
        who = next((c.subjects for c in parsed.clauses if c.subjects and c.subjects[0][0] > end), [])
        return (who, (start, end), times) if who and who[0][0] <= end + 2 else None

    @staticmethod
    def _ending(units: Sequence[Any], k: int) -> tuple[int, list[int]]:
        """Where the phrase round a word for a member ends, with its dates."""
        end, times = k + 1, list[int]()
        if end < len(units) and units[end].lower in {"state", "states", "country", "countries"}:
            end += 1
        while end + 1 < len(units):
            if units[end].tag == "P" and units[end + 1].tag == "T":
                times.append(end + 1)
                end += 2 + _dated_on(units, end + 2)
            elif units[end].lower in _CLOSING and units[end + 1].tag in {"T", "#", "D", "N"}:
                times += [end + 1] if units[end + 1].tag == "T" else []
                after = phrase_from(units, end + 1, len(units))
                end = max(after, end + 2)
                end += _dated_on(units, end)
            elif units[end].lower in _PLACED and (after := phrase_from(units, end + 1, len(units))) > end + 1:
                end = after
            else:
                break
        return end, times

    def _membership(self, parsed: Parsed, who: list[Span], phrase: Span, times: list[int]) -> Filled | None:
        units = parsed.units
        role = role_of(units, phrase) or country_of(units, phrase)
        k = next((k for k in range(*phrase) if role_of(units, (k, k + 1), True) is not None), phrase[1] - 1)
        if role is None or role[1] is None:
            placed = next((i for i in range(k + 1, phrase[1] - 1) if units[i].lower in _PLACED), None)
            inner = (placed + 1, phrase_from(units, placed + 1, phrase[1])) if placed is not None else None
            if inner is not None and not self.is_body(units, inner):
                return None
            bare = role or role_of(units, (k, k + 1), True)
            held = self._held(parsed, k) if inner is None else []
            inner = held[0] if held and self.is_body(units, held[0]) else inner
            alone = phrase[1] - phrase[0] == 1 and units[phrase[0] - 1].tag == "(" and units[k + 1].tag == ")"
            said = alone or not _OF_IT.isdisjoint(u.lower for u in units[phrase[0] : k + 1])
            if bare is None or (inner is None and not times and not said):
                return None
            role = bare[0], inner
        verb = Verb(k, k + 1, units[k].lower, "noun", main=k)
        event = Clause(verb, units, subjects=who, objects=[phrase], times=times, end=phrase[1])
        holder = self.holder(parsed, k)
        while holder.governor is not None and holder.link != "that":
            holder = holder.governor  # "expects A and B, now members, to sign": they are members
        event.governor, event.link, event.reported, event.source = (
            holder.governor,
            holder.link,
            holder.reported,
            holder.source,
        )
        if NO_LONGER & {u.lower for u in units[phrase[0] : k]}:
            return None
        verb.negated = units[phrase[0]].lower in {"none", "not"}
        made = self._member(parsed, event, role, who)
        if made is None or (made.predicate != "founded" and all(kind_of(s) == "person" for s in made.subjects)):
            return None
        made.spans = [*who, phrase]
        return made

    def _new_entries(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "The new listings include X, the head of Y, and Z", "the entities concerned are X, which ..., and Z"."""
        units = parsed.units
        if clause.verb.lemma not in {"include", "comprise", "be"} or len(clause.subjects) != 1 or clause.verb.passive:
            return None
        a, b = clause.subjects[0]
        concerned = bool(self.punished) and units[b - 1].lower in {"concerned", "listed", "designated"}
        if any(u.tag == "E" for u in units[a:b]) or not (units[b - 1].lower in _LISTINGS or concerned):
            return None
        start = clause.verb.end
        stop = next((k for k in range(start, len(units)) if units[k].tag in {";", ":", "."}), len(units))
        at = [k for k in range(start, stop) if units[k].tag == "E" and units[k - 1].tag in {"V", "A", ",", "C"}]
        at = [k for k in at if (m := units[k].mention) is not None and m.type in {"person", "organisation"}]
        if clause.verb.lemma == "be" and at[:1] != [start]:
            return None  # "Those designated are subject to a freeze, and EU firms may not fund them"
        who = [(k, k + 1) for k in at if units[k + 1 : k + 2] == [] or units[k + 1].tag not in {"A", "V", "G"}]
        done = replace(clause, verb=replace(clause.verb, passive=True))
        return Filled(done, "listed", [UNKNOWN], self.ids(parsed, clause, who), {}, None, who) if who else None

    def with_members(self, parsed: Parsed) -> list[str]:
        """The body whose members or founders a sentence speaks of: "two of its founders", "the Entente's members"."""
        units = parsed.units
        for k in range(1, len(units)):
            behind = range(k - 1, max(-1, k - 4), -1)
            own = next((m for m in behind if units[m].lower == "its" or units[m].tag == "G"), -1)
            if units[k].lower not in _MEMBERS or own < 0:
                continue
            before = [u for u in units[:own] if u.tag == "E" and u.mention and u.mention.type == "organisation"]
            near = before[-1:] if units[own].tag != "G" or units[own - 1].tag == "E" else []
            found = [i for u in near if (i := self.actors.mention(u))]
            if found or units[own].tag == "G":
                return found
            return [i for i in self.actors.recent[:2] if i.startswith("o.")][:1]
        return []

    def asked_about(self, parsed: Parsed) -> list[str]:
        """The bodies that a question about joining or leaving names: the answer is about them."""
        units = parsed.units
        if not any(_ENTERING & set((u.forms or {}).values()) for u in units) and not any(
            u.lower in {"member", "members", "membership"} for u in units
        ):
            return []
        named = [i for u in units if u.tag == "E" and (i := self.actors.mention(u)) and i.startswith("o.")]
        return [i for i in named if BODYLIKE.intersection(i[2:].split("-")) or self.actors.is_club(i)]

    def _done_to(self, frame: Frame) -> bool:
        """Whether what was last spoken of as a thing can be done what the frame says: only texts are signed."""
        thing = self.thing or ""
        text = bool((SIGNABLE | BODYLIKE).intersection(thing[2:].split("-")))
        return frame.predicate in _OF_THINGS and (frame.predicate != "signed" or text)

    def _governs(self, clause: Clause, frame: Frame) -> bool:
        told = clause.complements
        wished = [c for c in told if c.link == "ing" or c.verb.modal == "should" or c.units[c.verb.start].lower == "be"]
        governs = bool(wished if clause.verb.lemma == "suggest" else [c for c in told if not c.asked])
        given = clause.verb.lemma == "offer" and clause.objects  # "offered Peru money and help to build a port"
        return frame.predicate in CLOSED["by_clause"] and governs and not given

    @staticmethod
    def holder(parsed: Parsed, k: int) -> Clause:
        """The clause round a word: the last whose subject stands before it."""
        before = [c for c in parsed.clauses if c.subjects and c.subjects[0][0] <= k and not c.relative]
        return before[-1] if before else parsed.clauses[0]

    def entries(self, parsed: Parsed) -> list[str]:
        """Who stands on the list below "the persons below were added": entries set in capitals, up to the removals."""
        units = parsed.units
        colon = next((k for k, u in enumerate(units) if u.tag == ":"), len(units))
        after = [k for k in range(colon + 1, len(units)) if units[k - 1].tag in {":", ";", "C", ","}]
        inside = [units[k] for k in after if units[k].tag == "E"]
        if any(u.tag == ";" for u in units[colon:]):
            inside = [u for u in inside if units[units.index(u) - 1].tag != ","]  # "A, shipbroker; B, notary"
        named = [i for u in inside if u.mention and u.mention.type != "country" and (i := self.actors.mention(u))]
        if named:
            return named
        reading = self.shared.reading
        text, start = reading.folded.text, parsed.sentence.end
        annex = _ANNEX.search(parsed.sentence.text)
        headed = re.compile(rf"(?mi)^ *{annex.group()} *$").search(text, start) if annex is not None else None
        start = headed.end() if headed is not None else start  # "the persons named in Schedule 2"
        stop, following = _OTHER_LIST.search(text, start), _NEXT_POINT.search(text, start)
        last = following.start() if following is not None else len(text)
        found: list[str] = []
        for mention, (a, b) in zip(reading.mentions, reading.spans, strict=True):
            if a < start or a > last or (stop is not None and a > stop.start()) or "alias" in mention.detail:
                continue
            opens = not text[text.rfind("\n", 0, a) + 1 : a].strip(" 0123456789.)-*•")
            words = text[a:b].split(",")[0]
            if not opens or mention.type not in {"person", "organisation"}:
                continue
            if (
                (mention.type == "person" and "," in text[a:b])
                or (words.isupper() and " " in words)
                or (stop is not None and text[a - 3 : a - 1].strip(" .").isdigit())
            ):
                name = mention.value or ""
                found.append(f"p.{slug(name)}" if mention.type == "person" else self.actors.body(name))
        ships = _SHIP_LINE.finditer(text, start, stop.start() if stop is not None else len(text))
        return list(dict.fromkeys([*found, *(f"n.{slug(m['n'])}" for m in ships)]))

    def _by_frames(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """What the frames of a verb claim of a clause."""
        raise NotImplementedError

    def _among_those(self, parsed: Parsed, clause: Clause) -> Filled | None:
        """ "Those admitted in May were A and B", "A and B are among those delisted": what the participle says."""
        units = parsed.units
        at = clause.verb.start - 1
        turned = at >= 0 and "n" in (units[at].forms or {}) and units[0].lower in {"also", "among", units[at].lower}
        if turned and clause.objects and all(any(units[m].tag == "E" for m in range(*s)) for s in clause.objects):
            verb = replace(clause.verb, lemma=(units[at].forms or {})["n"], passive=True)
            return self._by_frames(parsed, replace(clause, verb=verb, subjects=clause.objects, objects=[]))
        sides = [(s, clause.objects) for s in clause.subjects[:1]]
        sides += [(s, clause.subjects) for s in [*clause.objects[:1], *clause.after("among")[:1]]]
        for (a, b), who in sides:
            k = next((k for k in range(a + 1, b) if "n" in (units[k].forms or {})), None)
            named = who and any(units[m].tag == "E" for m in range(*who[0]))
            if k is None or not named or units[a].lower not in {"those", "the"} or clause.verb.passive:
                continue
            verb = replace(clause.verb, lemma=(units[k].forms or {})["n"], passive=True)
            phrases = [(p, spans) for p, spans in clause.phrases if p != "among"]
            if units[k + 1].lower == "by" and (doers := listed_from(units, k + 2, len(units))):
                phrases.append(("by", doers))
            made = self._by_frames(parsed, replace(clause, verb=verb, subjects=who, objects=[], phrases=phrases))
            if made is not None:
                return made
        return None
