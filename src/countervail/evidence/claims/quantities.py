"""Numbers with unit: money, shares, barrels a day, counts of things, ranges, numbers in words; who is paid what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from countervail.evidence.claims.actors import adjective_codes, kind_of
from countervail.evidence.claims.clause import Clause, Span
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.phrases import listed_from, text_of
from countervail.evidence.claims.references import UNKNOWN, Filled, as_list, one_or_many
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.model import Claim, slug
from countervail.evidence.text.tokens import Sought, data_sections

_LINES = data_sections("english/numbers.txt", lines=True)
_LISTS = {name: [w for line in lines for w in line.split()] for name, lines in _LINES.items()}
_SMALL = _LISTS["small"]
_TENS = _LISTS["tens"]
_WORDS = {w: float(i) for i, w in enumerate(_SMALL)} | {w: 10.0 * i for i, w in enumerate(_TENS, 2)}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "mln": 1e6, "billion": 1e9,
    "bn": 1e9, "b": 1e9, "bln": 1e9, "trillion": 1e12, "trn": 1e12, "tn": 1e12,
}  # fmt: skip
_FRACTIONS = {
    "half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2,
    "tenth": 0.1, "tenths": 0.1,
}  # fmt: skip
_MONEY = dict(line.split("|", 1) for line in _LINES["money"])
_CURRENCIES = {
    word: dict(pair.split(" ") for pair in codes) for word, *codes in (x.split("|") for x in _LINES["currencies"])
}
"""The code of a currency that several states have, by its name in the plural and by state."""
_UNITS = dict(line.split("|") for line in _LINES["units"])
_PERSONS = frozenset(_LISTS["persons"])
_TIME = frozenset(_LISTS["time"])
_PARTS = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_N = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,4} ?[¼½¾⅓⅔]"
    # a comma for the point, seen by a scale or a percentage after one or two digits: 3,4 billion
    r"|\d{1,3},\d{1,2}(?=(?: ?|-)(?:million|billion|trillion|mn|bn|mln|bln|trn|tn|per ?cent)\b| ?%)"
    r"|\d{1,12}(?:\.\d{1,4})?"
)
_UNDER_TWENTY = "|".join(sorted(_SMALL, key=len, reverse=True))
_UNDER_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_UNDER_TWENTY}))?|(?:{_UNDER_TWENTY}))"
_WORDED = (
    rf"(?:(?:(?:half a|a|{_UNDER_TWENTY}) )?dozen|half a(?=[ -](?:million|billion|trillion))"
    rf"|(?:{_UNDER_HUNDRED}[- ])?hundred(?:(?: and | ){_UNDER_HUNDRED})?|{_UNDER_HUNDRED})"
)
_NUMERALS = "|".join([*"0123456789", "dozen", "half a", "hundred", *_TENS, *_SMALL])
_S = "|".join(sorted(_SCALES, key=len, reverse=True))
_CURRENCY = "|".join(
    sorted((re.escape(k) for k in _MONEY if len(k) == 3 and k.isalpha() and k not in {"yen", "won"}), key=len)
)
_AFTER = (
    r"US dollars|U\.S\. dollars|"
    + "|".join(sorted((k for k in _MONEY if len(k) > 3), key=len, reverse=True))
    + r"|yen|won"
)
_UNIT = "|".join(sorted((re.escape(k) for k in _UNITS), key=len, reverse=True))
_QUANTITY = Sought(
    _NUMERALS,
    rf"(?<![\w.,/-])(?P<cur>(?:US|A|AU|C|CA|NZ|HK|NT|S|R)\$ ?|(?:CN|JP)¥ ?|[$€£¥₩₹₽]|(?:{_CURRENCY}) ?)?"
    rf"(?P<n>{_N}|{_WORDED})"
    rf"(?:(?: ?- ?| ?to | and )(?:[$€£¥])?(?P<n2>{_N}|{_WORDED}))?"
    rf"(?:(?: ?|-)(?P<scale>{_S})(?![\w/]))?"
    rf"(?:(?: ?|-)(?:of )?(?P<unit>{_AFTER}|{_CURRENCY}|{_UNIT})(?![\w/])|(?: of the)? (?P<noun>"
    rf"(?:staff|personnel|crew|people)(?! members)\b|(?:(?!(?:and|or|but|plus|for)\b)[a-z][a-z-]{{1,20}} ){{0,2}}?"
    rf"[a-z][a-z-]{{2,20}}s|[a-z]{{0,12}}men|people|crew)\b)?",
    re.IGNORECASE,
)
_FRACTION = Sought(
    "|".join(_FRACTIONS),
    rf"\b(?:(?P<n>a|an|one|two|three|four)[ -](?P<f>{'|'.join(_FRACTIONS)})\b(?! (?:time|party|country|of \w+ \d{{4}}))"
    r"|(?<!first )(?<!second )(?<!latter )(?<!other )(?<! a )half (?:of )?"
    r"(?:the|its|his|her|their|our|all|these|those)\b|(?<=\bby )half\b(?! (?:an?|of)\b)"
    rf"(?! (?:same )?(?:time|way|battle|story|night|season|century|{'|'.join(_TIME)})\b))",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|some|around|nearly|almost|roughly|approximately|more than|over|at least|up to|less than|fewer than"
    r"|under|an estimated|estimated|close to|as many as|as much as|some|circa|~) ?(?:[$€£]|US)?$",
    re.IGNORECASE,
)
_NO_QUANTITY = re.compile(
    r"(?:\b(?:resolutions?|paragraphs?|articles?|sections?|no|nos|imo|iso|gate|flight|regulation|decision|page|chapter"
    r"|number|standard|annex|act|law|rule|unit|route|block|phase|version|aged?|box|item|grade|form|tel|order)\.? "
    r"(?:\(\w+\) )?|/|#)$",
    re.IGNORECASE,
)
_WON_BY = re.compile(r" (?:the|an?|their|its|his|her|by|back|over)\b")
"""What follows "won" where it is no money."""
_NOT_UNITS = frozenset(_LISTS["not_units"])


def to_number(words: str) -> float | None:
    """A number in digits or English words: "1,500", "twenty-five", "four hundred", "half a dozen"."""
    if words[-1:] in _PARTS:
        return float(words[:-1]) + _PARTS[words[-1]]
    text = re.sub(r",(?=\d{1,2}$)", ".", words.lower()).replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if text.endswith("dozen"):
        return 12.0 * {"": 1.0, "a": 1.0, "half a": 0.5, **_WORDS}[text.removesuffix("dozen").strip()]
    if text == "half a":
        return 0.5
    total = current = 0.0
    for word in re.split(r"[\s-]+", text):
        if word == "and":
            continue
        if word == "hundred":
            current = (current or 1) * 100
        elif word in _WORDS:
            current += _WORDS[word]
        else:
            return None
    return total + current


def quantities(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Spans and values of the quantities in text[start:end]: number, `to` of a range, unit, whether approximate."""
    end = len(text) if end is None else end
    for match in _QUANTITY.finditer(text, start, end):
        value = _value(match, text, start)
        if value is not None:
            yield match.start(), match.end(), value
    for match in _FRACTION.finditer(text, start, end):
        if match.group("f") is None:  # "half of the fleet"
            yield match.start(), match.start() + 4, _made(0.5, None, "share", text, match.start(), start)
            continue
        times = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}[match.group("n").lower()]
        number = times * _FRACTIONS[match.group("f").lower()]
        if match.group("f").lower() == "half" and match.group("n").lower() not in {"a", "one"}:
            continue
        number = round(number, 12)
        yield match.start(), match.end(), _made(number, None, "share", text, match.start(), start)


def _made(number: float, to: float | None, unit: str, text: str, at: int, start: int) -> dict[str, Any]:
    value: dict[str, Any] = {"number": number, "unit": unit}
    if to is not None:
        value["to"] = to
    value["approximate"] = bool(_ABOUT.search(text[max(start, at - 24) : at]))
    return value


def _exact(number: float) -> float:
    """A product without what the computer's fractions add to it: 4.1 times a million is 4,100,000."""
    return round(number) * 1.0 if abs(number - round(number)) < 1e-6 * max(1.0, abs(number) * 1e-6) else number


def _value(match: re.Match[str], text: str, start: int) -> dict[str, Any] | None:
    raw, at = match.group("n"), match.start()
    number = to_number(raw)
    if number is None or _NO_QUANTITY.search(text[max(start, at - 24) : at]):
        return None
    to = to_number(match.group("n2")) if match.group("n2") else None
    if (
        to is not None
        and " and " in match.group()[: match.end("n2") - at]
        and not re.search(r"\b[Bb]etween $", text[max(start, at - 9) : at])
    ):
        return None
    scale = _SCALES.get((match.group("scale") or "").lower(), 1.0)
    number, to = _exact(number * scale), _exact(to * scale) if to is not None else None
    currency = (match.group("cur") or "").strip().lower()
    unit = (match.group("unit") or "").lower().replace("u.s. ", "").replace("us ", "")
    noun = (match.group("noun") or "").lower()
    won = scale > 1 or (raw[0].isdigit() and number >= 1000)
    if noun in _FRACTIONS or (unit == "won" and (not won or _WON_BY.match(text, match.end()))):
        return None  # a share; "of the 40 won"
    if currency:
        return _made(number, to, _MONEY[currency], text, at, start)
    if unit:
        known = _MONEY.get(unit) or _UNITS.get(unit) or unit
        return _made(number, to, known, text, at, start)
    if not noun or raw.lower() == "one":
        return None
    last = noun.split()[-1]
    states = adjective_codes(match.group("noun").split()[-2]) if last in _CURRENCIES and " " in noun else ()
    if len(states) == 1 and states[0] in _CURRENCIES[last]:
        return _made(number, to, _CURRENCIES[last][states[0]], text, at, start)  # "3 million Lebanese pounds"
    if last in _TIME or last in _NOT_UNITS or any(w in _NOT_UNITS or w in _TIME for w in noun.split()):
        return None
    if raw.isdigit() and 1900 <= number <= 2100 and len(raw) == 4:
        return None
    return _made(number, to, "persons" if last in _PERSONS or last.endswith("men") else last, text, at, start)


@cache
def _quantity_of(text: str) -> dict[str, Any] | None:
    return next((value for _, _, value in quantities(text)), None)


def quantity_in(units: Sequence[Any], span: tuple[int, int]) -> dict[str, Any] | None:
    """The first quantity in a phrase."""
    part = units[span[0] : span[1]]
    return _quantity_of(_joined(part)[:200]) if any(u.tag == "#" for u in part) else None


def _joined(part: Sequence[Any]) -> str:
    pieces = [u.text for u in part[:1]]
    for before, unit in pairwise(part):
        pieces.append(("" if before.end == unit.start else " ") + unit.text)
    return "".join(pieces)


_ISO = frozenset([*_MONEY.values(), *_CURRENCIES, *(code for codes in _CURRENCIES.values() for code in codes.values())])
_SUMMED = frozenset(["amounting", "totalling", "totaling", "worth", "valued"])


_MEASURED = {"paid": _ISO, "founded": _ISO, "agreed": _ISO, "froze": _ISO, "supplied": _ISO | {*_UNITS.values()}}
"""Of which predicates a sum or amount beside the object is: "paid its dues (USD 140,000)"."""


def amount_of(units: Sequence[Any], clause: Clause, used: Sequence[Span], predicate: str) -> dict[str, Any] | None:
    """How much a clause says was done: the quantity in its object, else the one that stands beside it, as in "supplied
    Serbia with 50,000 tonnes" and "its instalment, of 3 million, was paid"."""
    sums = [*clause.objects, *clause.second, *clause.worth, *used]
    if amount := next((q for s in sums if (q := quantity_in(units, s))), None):
        return amount
    if (measured := _MEASURED.get(predicate)) is None:
        return None
    start = clause.subjects[0][0] if clause.subjects else clause.verb.start
    stop = clause.end
    while stop < len(units) and (units[stop].tag not in {*".;:VARCS"} or units[stop].lower in _SUMMED):
        stop += 1
    if not any(u.tag == "#" for u in units[start:stop]):
        return None
    found = [q for _, _, q in quantities(_joined(units[start:stop])[:600]) if q["unit"] in measured]
    return found[0] if len(found) == 1 else None


def is_money(units: Sequence[Any], span: tuple[int, int]) -> bool:
    """Whether a phrase is a sum or a currency: "A$4 million", "some dirhams"."""
    return units[span[1] - 1].lower in _MONEY or (quantity_in(units, span) or {}).get("unit") in _ISO


_COUNTED = frozenset(_LISTS["counted"])
"""Units of `country_count`, which `memberships` reads."""
_MARKET = re.compile(r"\bmarket|consumers|population", re.IGNORECASE)
_MARKET_LEAD = re.compile(
    r"(?:a |the )?market (?:consisting |made up |composed )?of (?:some |about |nearly |more than )?$"
)


def claims(shared: Context) -> Iterator[Claim]:
    """One claim a number with unit; persons of a market are the market of the grouping that the text is about."""
    text = shared.reading.folded.text
    for sentence in shared.sentences:
        dates = [(a, b) for _, a, b in shared.reading.within(sentence.start, sentence.end, "date")]
        for a, b, value in quantities(text, sentence.start, sentence.end):
            if any(x < b and a < y for x, y in dates) or value["unit"] in _COUNTED:
                continue
            market = value["unit"] == "persons" and _MARKET.search(sentence.text)
            lead = _MARKET_LEAD.search(text[max(sentence.start, a - 60) : a]) if market else None
            yield shared.claim(
                shared.grouping(sentence) if market else sentence.document.id,
                "market_population" if market else "quantity",
                [(a - len(lead.group()) if lead else a, b)],
                sentence,
                value=dict(value),
                extractor="rules/numeric@2",
            )


def named_of(units: Sequence[Any], clause: Clause, target: list[Span]) -> list[Span]:
    """Those counted, by the names that follow: "added two people to the list, X and Y"; where some of them are named,
    both: "sanctioned 12 people, including X"."""
    if len(target) != 1 or not any(units[k].tag == "#" for k in range(*target[0])):
        return target
    for end in (target[0][1], clause.end):
        i = end + (end < len(units) and units[end].tag == ",")
        some = i < len(units) and units[i].lower == "including"
        if i == end or i + some >= len(units):
            continue
        names = [s for s in listed_from(units, i + some, len(units)) if any(units[k].tag == "E" for k in range(*s))]
        counted = [_WORDS.get(units[k].lower) for k in range(*target[0]) if units[k].tag == "#"]
        if some and names:
            return [*target, *names]
        if counted == [len(names)]:
            return names
    return target


def known(ids: list[str]) -> list[str]:
    """Those of some actors who are named."""
    return [i for i in ids if not i.endswith((".unknown", ".unnamed"))]


def paid(made: Filled, parsed: Parsed) -> Filled | None:
    """The object is who gets the money; the role `through` the bank or system."""
    if made.clause.verb.lemma in {"receive", "get", "collect", "accept", "take"}:
        givers = [i for i in as_list(made.roles.pop("from", None)) if kind_of(i) != "thing" and i != "o.state"]
        if not givers and "through" in made.roles:  # "accepted payment through a bank"
            givers, made.objects = [UNKNOWN], [] if made.clause.verb.passive else made.objects
        taken = made.objects if made.clause.verb.passive else made.subjects
        made.subjects, made.objects = givers, taken  # "received 3 million euros from X": X paid
        return made if givers else None
    moved = made.frame is not None and made.frame.moved
    made.objects = [] if moved and "to" not in made.roles else made.objects  # "the payments went through a bank"
    if moved and not known(made.subjects):
        givers = [i for i in as_list(made.roles.pop("from", None)) if kind_of(i) in {"body", "state", "person"}]
        made.subjects = givers or made.subjects  # "4 million went from X to Y"
        summed = parsed.units[made.clause.subjects[0][1] - 1].tag == "#" if made.clause.subjects else True
        if givers and not made.objects and made.clause.verb.lemma == "come" and not summed:
            made.objects = [f"n.{slug(text_of(parsed.units, made.clause.subjects[0]).removeprefix('The '))}"]
    if str(made.roles.get("through", "")).endswith(("sanctions", "embargo", "measures")):
        del made.roles["through"]  # "cleared payments for a firm under sanctions"
    named = any(kind_of(s) in {"state", "body"} for s in made.subjects) and "for" in made.roles
    states = {i[:2] for i in made.subjects} == {"c."}
    bare = states and not made.clause.objects and made.clause.verb.kind == "finite"  # "Denmark has paid"
    paid = {"through", "to", "amount"} & made.roles.keys() or named or bare
    if not made.objects and not paid and not made.clause.verb.negated:
        return None
    units, clause = parsed.units, made.clause
    receiver = as_list(made.roles.pop("to", None))
    direct = clause.subjects if clause.verb.passive else clause.objects
    if clause.verb.lemma in {"reimburse", "compensate"} and any(kind_of(i) != "thing" for i in made.objects):
        return made  # "was reimbursed for the mission to Oslo"
    if clause.verb.passive and clause.objects:  # "was paid 4 million euros"
        made.objects = receiver or made.objects
    elif receiver and receiver != made.objects:
        if direct:
            goods = clause.second if clause.second and not clause.verb.passive else direct
            made.roles["what"] = one_or_many([text_of(units, s) for s in goods])  # "paid the club its dues"
        made.objects = receiver
    elif direct and made.frame is not None and "into" in made.frame.object and clause.after(*made.frame.object):
        made.roles["what"] = text_of(units, direct[0])  # "put 5 million into the fund"
    elif len(direct) == 1 and not (clause.second or clause.after("to")) and is_money(units, direct[0]):
        made.objects, made.roles["what"] = [], text_of(units, direct[0])  # "dirhams paid through a bank": to whom?
    return made
