"""What completes a verb: its objects, prepositional phrases, dates and particle."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.actors import NOUNS
from countervail.evidence.claims.clause import Clause, second_pair
from countervail.evidence.claims.owners import named_after
from countervail.evidence.claims.phrases import head_word, listed_from, listed_to, phrase_from
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.claims.verbs import described
from countervail.evidence.tables import frames_of
from countervail.evidence.text.tokens import lexicon

_OF, _GIVE = CLOSED["of_what"], CLOSED["giving"]
_OUT = CLOSED["out_and_over"]
"""Verbs with a particle that says the same as the verb: "paid out two million"."""
_OF_ONES_OWN = frozenset({"refuse", "decline", "accept", "leave", "join", "agree", "resign", "withdraw", "say"})
"""What somebody who was invited or asked does: "was invited and declined"."""


_NUMBERED = frozenset(["resolution", "article", "paragraph", "phase", "stage", "no", "number", "group", "type", "than"])
"""What a number after it belongs to."""
_DONE_TO = frozenset(["turn down", "turn away", "strike off", "cut off", "throw out", "hand over", "set up", "tear up"])


_LEADING = frozenset(["from", "on", "to", "for", "with", "in", "against", "about"])


def right_side(clauses: list[Clause], n: int) -> None:
    """Give a clause its objects, phrases, dates and particle: what stands before the next clause begins."""
    clause = clauses[n]
    units, verb = clause.units, clause.verb
    stop = len(units)
    for later in clauses[n + 1 :]:
        own = later.subjects and not later.relative and not later.coordinated and later.subjects[0][0] >= verb.end
        start = described(units, later.subjects[0][0], verb.end) if own else 0
        stop = min(stop, start if own and later.subjects[0][1] <= later.verb.start else later.verb.start)
    i = verb.end
    past = next((k for k in range(i, stop) if units[k].tag != "B"), i)  # "called once more on Peru to pay"
    for words, _ in frames_of(verb.lemma):
        i = past if words == ("on",) else verb.end
        dated = [u.tag for u in units[i + 1 : i + 2]] == ["T"]  # "signed on 27 May", "stopped coming in May"
        dated = dated and (words == ("on",) or (words == ("in",) and not units[i + 1].text.islower()))
        if words and not dated and tuple(u.lower for u in units[i : i + len(words)]) == words:
            clause.particle = " ".join(words)
            direct = any(w == words and f.object == ("direct",) for w, f in frames_of(verb.lemma))  # "hand in"
            leading = words[-1] in _LEADING and not direct
            leading = leading or (words[-1] == "off" and verb.passive)  # "was struck off the list"
            i += len(words) - leading
            break
        i = verb.end
    if not clause.particle and i < stop and f"{verb.lemma}-{units[i].lower}" in _OUT:
        i += 1
    while i < stop and (units[i].tag == "B" or "longer" in {u.lower for u in units[i : i + 2] if units[i].tag == "X"}):
        i += 1  # "is no longer on the list"
    if [u.tag for u in units[i : i + 3]] == ["#", "-", "T"] and i + 3 <= stop:
        clause.times.append(i + 2)  # "fifty-six years ago"
        i += 3
    if i + 1 < stop and units[i].tag == "T" and (units[i + 1].lower in {"the", "a", "an"} or units[i + 1].tag == "E"):
        clause.times.append(i)
        i += 1  # "signed today the protocol"
    ahead = _past_parenthesis(units, i, stop)
    if ahead > i and units[i + 1].lower in {"through", "via"}:  # "pays, through a bank, the wages"
        clause.phrases.append((units[i + 1].lower, listed_from(units, i + 2, ahead - 1)))
    i = ahead
    if i + 2 < stop and units[i].lower in {"until", "till"} and units[i + 1].tag == "T" and units[i + 2].tag in "DE":
        i += 2  # "extended until 1 July 2026 the arms measures"
    spans = listed_from(units, i, stop)
    again = len(spans) == 2 and units[spans[0][0]].tag == "O" and [u.tag for u in units[spans[1][1] :][:1]] == ["O"]
    spans = spans[:1] if again else spans  # "may reject it and report it"
    if len(spans) == 2 and units[spans[0][1]].tag == "," and any(c.verb.kind == "finite" for c in clauses[n + 1 :]):
        spans = spans[:1]  # "have not appointed a successor, and the candidate, X, withdrew"
    if len(spans) == 1 and verb.lemma in _GIVE and not verb.passive:
        a, b = spans[0]
        sum_at = next((k for k in range(a + 2, b - 1) if units[k].tag == "#" and units[k - 1].tag == "N"), 0)
        if sum_at and units[sum_at - 1].text.isupper() and units[sum_at - 2].tag in {"N", "E"}:
            sum_at -= 1  # "paid the trader USD 4 million"
        if sum_at and units[sum_at - 1].tag in {"N", "E"} and units[sum_at - 1].lower not in _NUMBERED:
            spans, clause.second, b = [(a, sum_at)], [(sum_at, b)], sum_at  # "paid a Dutch broker 4 million"
        named = units[a].tag == "N" and units[a].text[:1].isupper() and units[a].lower not in _NUMBERED
        summed = named and b - a > 2 and units[a + 1].tag == "#"
        if units[b - 1].lower == "nothing" and b - a > 1:  # "paid the state refiner nothing"
            spans, clause.second, verb.negated, b = [(a, b - 1)], [(b - 1, b)], True, b - 1
        elif summed or (units[a].tag == "E" and b - a > 1 and units[a + 1].tag in {"N", "#"}):
            spans = [(a, a + 1)]  # "offered Niger access", "paid Osk 4 million"
            clause.second = [(a + 1, b)]
    whom = [u.tag for u in units[i:stop][:2]] in (["O", "N"], ["O", "D"]) and len(spans) == 1 and not verb.passive
    if whom and verb.lemma in {*_GIVE, "refuse"}:
        clause.second = listed_from(units, spans[0][1], stop)  # "refused it interim relief"
    if spans and verb.lemma in _OF and not verb.passive:
        a, b = spans[-1]
        cut = next((k for k in range(a + 1, b - 1) if units[k].lower == "of"), None)
        if cut is not None:  # "accused Montevideo of disloyalty"
            spans = [*spans[:-1], (a, cut)]
            clause.phrases.append(("of", [(cut + 1, b)]))
    if len(spans) > 1 and [u.lower for u in units[spans[-1][1] : spans[-1][1] + 2]] == ["among", "them"]:
        spans = spans[:1]  # "Ten states signed the pact, Oman among them"
    if spans and clause.subjects != spans:
        clause.objects = spans
        i = spans[-1][1]
        if clause.second:
            i = clause.second[-1][1]
        elif i + 1 < stop and units[i].lower in {"a", "per"} and units[i + 1].lower in {"day", "week", "month", "year"}:
            i += 2  # "200,000 barrels a day"
        elif (k := _amount_at(units, i, stop, verb.lemma in _GIVE)) is not None:
            clause.second = listed_from(units, k, stop)
            i = clause.second[-1][1] if clause.second else i
    elif spans:
        i = spans[-1][1]
    clause.end = _phrases(clause, i, stop)
    _late_object(clause, stop)
    _late_means(clauses, n)
    clause.objects = [named_after(units, s) for s in clause.objects]
    clause.phrases = [(p, [named_after(units, s) for s in spans]) for p, spans in clause.phrases]
    before = clauses[n - 1].verb if n else verb
    alike = n and (clauses[n - 1].subjects == clause.subjects or before.kind == "infinitive")  # "to be kept and paid"
    joined = clause.coordinated and alike and not clause.objects
    apart = clause.particle and f"{verb.lemma} {clause.particle}" not in _DONE_TO  # "was offered and turned down"
    joined = joined and not apart and verb.lemma not in _OF_ONES_OWN
    if joined and before.passive and verb.past and verb.main == verb.start and "n" in (units[verb.main].forms or {}):
        verb.passive = True
    _same_doers(clauses, n)
    # "set it up", "turned the offer down"
    after = clause.objects[-1][1] if clause.objects else clause.end
    for at in () if clause.particle else (after, clause.end):
        dated = [u.tag for u in units[at : at + 2]] == ["P", "T"] and units[at].lower not in _AWAY  # "a pact on Monday"
        here = at < stop and units[at].tag in {"P", "B"} and not dated
        if here and any(w == (units[at].lower,) for w, _ in frames_of(verb.lemma)):
            clause.particle = units[at].lower


def _amount_at(units: Sequence[Unit], i: int, stop: int, giving: bool) -> int | None:
    """Where what is given stands after the receiver: "paid X the dues", "paid X more than $14 million", "paid X, a
    trader, 4 million", "paid a broker in Peru 4 million"."""
    k = i
    if giving and i + 2 < stop and units[i].tag == "," and units[i + 1].tag in {"D", "E"}:
        closing = next(
            (m for m in range(i + 2, min(stop - 1, i + 12)) if units[m].tag not in {"N", "E", "P", "G", "D"}), i
        )
        k = closing + 1 if units[closing].tag == "," and closing > i and units[closing + 1].tag == "#" else i
    elif giving and i + 2 < stop and units[i].lower in {"in", "from", "at", "of"} and units[i + 1].tag == "E":
        k = i + 2 if units[i + 2].tag == "#" else i
    while k < stop and units[k].tag == "B":
        k += 1
    again = units[k + 2 : k + 3] != [] and units[k + 2].lower in {"time", "day", "week", "month", "year"}
    return k if k < stop and (units[k].tag == "#" or (k == i and units[k].tag == "D" and not again)) else None


def _same_doers(clauses: list[Clause], n: int) -> None:
    """ "is armed and paid by Yemen": both are done by Yemen."""
    clause, before = clauses[n], clauses[n - 1]
    beside = n > 0 and clause.verb.start - before.verb.end == 1 and clause.units[before.verb.end].tag == "C"
    if beside and clause.verb.passive and before.verb.passive and not before.after("by") and clause.after("by"):
        before.phrases.append(("by", clause.after("by")))


def _late_means(clauses: list[Clause], n: int) -> None:
    """Take "through" after what is said of a receiver: "paid X, a firm which Y listed in May, through a bank in Z"."""
    clause = clauses[n]
    units, i = clause.units, clause.end
    wanted = any("through" in f.roles for _, f in frames_of(clause.verb.lemma))
    if not wanted or clause.after("through", "via") or i >= len(units) or units[i].tag not in {",", "V"}:
        return
    for k in range(i + 2, len(units) - 1):
        if units[k].tag in {";", ":"} or any(
            c.verb.start == k and c.verb.kind == "finite" and not c.relative and not c.inserted and not _gapped(c)
            for c in clauses[n + 1 :]
        ):
            return
        if units[k].lower in {"through", "via"} and units[k - 1].tag == ",":
            spans = listed_from(units, k + 1, len(units))
            clause.phrases.append((units[k].lower, spans))
            held = spans[-1][1] if spans else len(units)
            if held + 1 < len(units) and units[held].lower in {"at", "with"}:  # "through an account with the bank"
                clause.phrases.append((units[held].lower, listed_from(units, held + 1, len(units))))
            return


def _gapped(clause: Clause) -> bool:
    """Whether a relative pronoun stands right before the subject."""
    start = clause.subjects[0][0] if clause.subjects else 0
    return start > 0 and clause.units[start - 1].tag == "R"


def _late_object(clause: Clause, stop: int) -> None:
    """Take what follows a phrase for the object: "inserted into its lists a further eleven citizens"."""
    units, k = clause.units, clause.end
    if k + 3 < stop and units[k].tag == "," and units[k + 2].tag == ",":
        k += 3 if units[k + 1].tag == "E" else 0  # "signed with the minister, X, a declaration"
    elif k + 4 < stop and units[k].tag == "," and units[k + 3].tag == "," and units[k + 2].tag == "E":
        k += 4 if units[k + 1].tag == "N" else 0
    listed = k < stop and units[k].tag == "E" and units[k - 1].lower in CLOSED["lists"]
    begins = listed or (k < stop and (units[k].tag in {"D", "#"} or [u.tag for u in units[k : k + 2]] == ["E", "G"]))
    if clause.objects or clause.verb.passive or not clause.phrases or not begins:
        return
    if clause.phrases[-1][1][-1][1] != clause.end or not any(
        "direct" in f.object for _, f in frames_of(clause.verb.lemma)
    ):
        return
    spans = listed_from(units, k, stop)
    if spans:
        clause.objects = spans
        clause.end = _phrases(clause, spans[-1][1], stop)


def _past_parenthesis(units: Sequence[Unit], i: int, stop: int) -> int:
    """Past a phrase between commas before an object: "rejects, on the other hand, the plea"."""
    if i + 3 >= stop or units[i].tag != "," or units[i + 1].tag not in {"P", "T", "B"}:
        return i
    closing = next((k for k in range(i + 2, min(stop, i + 16)) if units[k].tag == ","), None)
    if closing is None or closing + 1 >= stop or any(u.tag in {"V", "A", "R", "S", "C"} for u in units[i:closing]):
        return i
    return closing + 1 if units[closing + 1].tag in {"D", "E", "N"} else i


def _charge(clause: Clause, spans: Sequence[tuple[int, int]]) -> int:
    """Where "of" leads on to what somebody is accused of, inside a phrase: "accused by a court in Vilnius of theft"."""
    if clause.verb.lemma not in _OF or not clause.verb.passive or len(spans) != 1:
        return 0
    a, b = spans[0]
    return next((k for k in range(a + 1, b - 1) if clause.units[k].lower == "of" and clause.units[k - 1].tag == "N"), 0)


def _list_before(clause: Clause, preposition: str, spans: Sequence[tuple[int, int]]) -> int:
    """Where a list ends before whom it is about: "removed from the list two men", "put on its list Vela Bank"."""
    if preposition not in CLOSED["on_lists"] or clause.objects or clause.verb.passive:
        return 0
    (a, b), units = spans[0], clause.units
    return next((k for k in range(a + 2, b) if units[k].tag in {"E", "#"} and units[k - 1].lower in CLOSED["lists"]), 0)


_AWAY = frozenset(["out", "off", "up", "down", "away"])
"""Particles, which lead to no date: "threw it out last week"."""


def _phrases(clause: Clause, i: int, stop: int) -> int:
    """Collect the prepositional phrases and dates after the object; where they end."""
    units = clause.units
    while i < stop:
        unit = units[i]
        if unit.tag == "P":
            at = next((k for k in range(i + 1, stop) if units[k].tag != "B"), stop)  # "in mid-2024"
            if (
                unit.lower not in _AWAY
                and at < stop
                and units[at].tag == "T"
                and [u.tag for u in units[at + 1 : stop]][:1] != ["N"]
            ):
                clause.times += [at] if unit.lower != "for" or clause.verb.lemma not in _GIVE else []  # "paid for 2023"
                i = at + 1
                while i + 1 < stop and units[i].tag == "C" and units[i + 1].tag == "T":
                    i += 2  # "between May and June"
                continue
            early = next((k for k in (i + 2, i + 3) if unit.lower == "as" and _dated_as(units, k)), 0)
            if early:
                clause.times.append(early + 1)
                i = early + 2
                continue
            spans = listed_from(units, i + 1, stop)
            them = unit.lower == "among" and [units[a].lower for a, _ in spans] in (["them"], ["these"])
            if them and (named := listed_from(units, i + 2, stop)):
                i = named[-1][1]
                continue  # "placed three banks, among them X, on its list"
            if len(spans) == 2 and units[spans[0][1]].tag == "," and units[spans[1][0]].lower in {"its", "their"}:
                spans = spans[:1]  # "no sanctions on Russia, and its exports trebled"
            if len(spans) > 1 and clause.objects and second_pair(units, spans[-1], unit.lower):
                clause.phrases.append((unit.lower, spans[:-1]))
                return spans[-2][1]  # "sold lenses to Chad and batteries to Mali"
            if not spans and i + 1 < stop and units[i + 1].tag == "P":
                i += 1
                continue  # "paid in through a bank", "paid for by Japan"
            if not spans:
                break
            if unit.lower == "to" and units[i - 1].lower in CLOSED["to_what"]:
                i = spans[-1][1]  # "without resort to a third bank": to nobody
                continue
            if unit.lower == "to" and head_word(units, spans[0]) in {"value", "tune", "amount"}:
                clause.worth = spans[:1]  # "paid for the goods, to the value of 3 million"
                i = spans[-1][1]
                continue
            cut = _charge(clause, spans) or _list_before(clause, unit.lower, spans)
            if unit.lower == "as" and [u.tag for u in units[i + 1 : i + 4]] == ["N", "E", "G"] and not clause.objects:
                clause.phrases.append(("as", [(i + 1, i + 2)]))  # "rejected as baseless Peru's claim"
                return i + 2
            clause.phrases.append((unit.lower, [(spans[0][0], cut)] if cut else spans))
            i = cut or spans[-1][1]
            if cut and units[cut].lower != "of":
                break
        elif unit.lower in {"since", "until"} and i + 1 < stop and units[i + 1].tag == "T":
            clause.times.append(i + 1)
            i += 2
        elif unit.tag == "T":
            clause.times.append(i)
            i += 1
        elif closing := _apposition(clause, i, stop):
            i = closing
        elif _same_again(clause, i, stop):
            i += 1 + (units[i].tag == "," and units[i + 1].tag == "C")
        elif unit.tag == "B" or (
            unit.tag == ","
            and i + 1 < stop
            and units[i + 1].tag in {"P", "T"}
            and units[i + 1].lower not in {"including"}
            and not (units[i + 1].tag == "T" and i + 2 == stop < len(units))  # "The EU, which X, last year lifted"
        ):
            i += 1
        elif unit.tag == "(":
            bracket = next((k for k in range(i, min(stop, i + 30)) if units[k].tag == ")"), None)
            if bracket is None:
                break
            i = bracket + 1
        else:
            break
    return i


def _dated_as(units: Sequence[Unit], k: int) -> bool:
    """Whether a date follows at unit k: "as early as 2022", "as long ago as May"."""
    return [u.tag for u in units[k : k + 2]] == ["P", "T"] and units[k].lower == "as"


def _same_again(clause: Clause, i: int, stop: int) -> bool:
    """Whether "and by B" at unit i goes on with "by A" before it."""
    units = clause.units
    comma = units[i].tag == "," and i + 1 < stop and units[i + 1].tag == "C"
    k = i + 1 if units[i].tag == "C" else i + 2 if comma else 0
    if not k or k + 1 >= stop or units[k].tag != "P" or units[k + 1].tag not in {"D", "E", "N"}:
        return False
    if units[i].lower == "or" and units[k].lower in {"through", "via"}:
        return True  # "pays in cash or through a bank"
    return any(preposition == units[k].lower for preposition, _ in clause.phrases)


def _apposition(clause: Clause, i: int, stop: int) -> int:
    """Where a name, number or description between commas at unit i ends, before a phrase: "a broker, X, through a
    bank", "on X, a firm in Y, and on its owner"; else 0."""
    units = clause.units
    if i + 3 >= stop or units[i].tag != "," or units[i + 1].tag not in {"E", "#", "D"}:
        return 0
    end = phrase_from(units, i + 1, stop)
    if units[i + 1].tag == "D" and end < stop and units[end].lower in {"in", "from", "at"}:
        end = phrase_from(units, end + 1, stop)
    if not i + 1 < end < stop - 1 or units[end].tag != ",":
        return 0
    dated = "T" in {u.tag for u in units[end + 1 : end + 3]}
    if dated and units[i + 1].lower == "the" and end == i + 3 and units[i + 2].tag == "E":
        return end + 1  # "an earlier scheme, the Clearing House, in 2019"
    if units[i + 1].tag == "D":
        return end if _same_again(clause, end, stop) else 0
    return end + 1 if units[end + 1].tag in {"P", "T"} else 0


def opening_phrase(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """ "Through the link, importers pay ...": the phrase that opens the sentence belongs to its main verb."""
    main = next((c for c in clauses if c.verb.kind == "finite" and c.subjects), None)
    if main is None or not units or units[0].lower not in {"through", "via", "with", "from"}:
        return
    spans = listed_from(units, 1, len(units))
    if spans and spans[-1][1] < main.subjects[0][0] and units[spans[-1][1]].tag == ",":
        main.phrases.append((units[0].lower, spans))


# -- what stands beside a clause --------------------------------------------------------------------------------------


def labelled(clause: Clause) -> None:
    """ "Timor-Leste: withdrew in October": who stands before the colon."""
    units, start = clause.units, clause.verb.start
    if clause.verb.kind == "finite" and not clause.subjects and start and units[start - 1].tag in {":", ";"}:
        colon = next((k for k in range(start) if units[k].tag == ":"), 0)
        spans = listed_to(units, colon, 0)
        if spans and all(u.tag in {"#", ".", "-", "(", ")"} or len(u.text) == 1 for u in units[: spans[0][0]]):
            clause.subjects = spans


def unmarked_person(units: Sequence[Unit], a: int, b: int) -> str | None:
    """The name after a post that no mention marks: "Deputy Minister of Petroleum Reza Kamrani"."""
    if not any(u.lower in NOUNS["persons"] for u in units[a : max(a, b - 2)]) or b - a < 3:
        return None
    last = units[b - 2 : b]
    known = lexicon()
    if all(
        u.tag == "N"
        and u.text[0].isupper()
        and u.text not in known.not_names
        and u.text not in known.posts
        and u.text not in known.org_heads
        and u.lower not in NOUNS["persons"]
        for u in last
    ):
        return " ".join(u.text for u in last)
    return None
