"""Claims in prose that no verb frame covers: dated events of a grouping, names and what they stand for, aims, payment
links, provisions and proposals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from countervail.evidence.claims.actors import GROUPING, adjective_codes
from countervail.evidence.claims.clause import Clause
from countervail.evidence.claims.context import CLUB, CLUB_WORDS, Context, person
from countervail.evidence.claims.letter_claims import dated
from countervail.evidence.claims.modality import modality_of, negated
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.times import as_time
from countervail.evidence.model import Claim
from countervail.evidence.tables import profile
from countervail.evidence.text.documents import Sentence
from countervail.evidence.text.tokens import Sought, lexicon

_EVENTS = {
    "proposed": "propose",
    "established": "establish found create form set institute constitute",
    "met": "participate meet hold gather brief visit attend convene",
    "signed": "sign agree conclude",
    "imposed": "impose sanction reimpose",
    "killed": "kill assassinate die",
    "began": "begin start launch commence enter",
}
"""Kind of event -> verbs of it."""
_EVENT_OF = {verb: kind for kind, verbs in _EVENTS.items() for verb in verbs.split()}
_ABOUT = Sought(
    "club|union|council|ambassador|founding|initiative|alliance|bloc|league|coalition|member",
    r"\b(?:club|union|council|ambassadors?|founding|initiative|alliance|bloc|league|coalition|members?)\b",
    re.IGNORECASE,
)
_NO_EVENT = re.compile(r"(?:resolutions?|decision|regulation|law|act|decree)\b[^.;]{0,14}\(?$", re.IGNORECASE)
_PURPOSE = Sought(
    "purpose|objective|aim|goal|seek|initiative|framework|approach|path|proposal|mission|strateg|ed to|disti|crucial",
    r"\b(?:purpose|objective|aims?|goal|seeks?|initiative|framework|approach|pathway|path|proposal|mission|strateg\w+"
    r"|established to|created to|distinct|crucial)\b",
    re.IGNORECASE,
)
_RENAMED = Sought(
    "changed to |changing to ",
    r'(?:the |\w{1,30}\'s )?name,? ?"?(?P<old>[^"]{0,80}?)"? ?(?:was |being )?(?:changed|changing) to '
    r'"?(?P<new>[A-Z][A-Z-]{1,9}|"[^"]{3,80}")',
)
_STANDS = re.compile(
    r"\b(?P<a>[A-Z]{2,9}),? ?(?:(?:which |that )?(?:stands|standing) for|or|\(),? "
    r'"?(?P<e>[A-Z][^",.;()\n]{5,80}?)(?:[,.]?"|[,.;)]|$)'
)
_AIMS = re.compile(
    r"\b(?P<v>(?<=aims to )[a-z]+|(?<=aim to )[a-z]+|(?<=aim is to )[a-z]+"
    r"|bypass\w*|promot\w+|mitigat\w+|neutrali[sz]\w+|circumvent\w*|counter(?:s|ing)?|offset\w*"
    r"|reduc\w+|foster\w*|increas\w+|protect\w*|evad\w+|resist\w*) (?:the |these |its |international |of "
    r"|impact of )*"
    r"(?P<o>(?!from\b|and\b|in\b|to\b)[a-z][a-z-]+(?: [a-z-]+)?)"
)
_DISTINCT = re.compile(
    r"\b(?:distinct|different|separate|apart|as opposed|in contrast) (?:from|to) (?P<o>[a-z][a-z-]+(?: "
    r"and [a-z-]+)?(?: [a-z]+)?)"
)
_SERVES = Sought(
    " as |be named|become",
    r"(?:will|shall|would|is to|to)? ?\b(?P<v>be introduced as|introduced as|serve[sd]? as|act(?:s|ed)? as"
    r'|be named|be designated as|become|becomes|designated as) (?:the |a )?"?(?P<r>[^".,;\n]{4,90})',
)
_BANK = Sought(
    "banks|correspondent|swift|messaging|payment",
    r"\b(?:banks|correspondent|SWIFT|messaging|payments? (?:system|link)s?)\b",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"\bcorrespondent (?:bank|account|relation)\w*|\bbanks?\b[^.;]{0,60}\b(?:connect|link)(?:ed|s|ing)?\b"
    r"|\b(?:connect|link)(?:ed|s|ing)?\b[^.;]{0,60}\bbanks?\b|\bmessag\w*[^.;]{0,60}\bbanks?\b",
    re.IGNORECASE,
)

_UNLINKED = re.compile(
    r"\b(?:without|no|not|never|refus\w+|denied|den(?:y|ies)|reject\w*|clos(?:e|ed|es|ing)|cut|lacks?|lost|lose|ended?)\b"
    r"[^.;]{0,60}\b(?:correspondent|links?)\b",
    re.IGNORECASE,
)
"""What says that banks are not linked: "without recourse to correspondent banks", "were refused accounts"."""


def _events(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    """What a date in a sentence about a grouping dates."""
    if not _ABOUT.search(sentence.text):
        return
    for mention, a, b in shared.reading.within(sentence.start, sentence.end, "date"):
        lead = shared.reading.folded.text[max(sentence.start, a - 40) : a]
        at = shared.clause_at(a)
        if not mention.value or at is None or _NO_EVENT.search(lead):
            continue
        kind = "dated" if re.search(r"\b(?:dated|date of) $", lead) else _EVENT_OF.get(at[1].verb.lemma)
        if kind is None:
            continue
        about = _founded(shared, at) if kind == "established" else _meeting(shared, at) if kind == "met" else None
        yield shared.claim(
            about or shared.grouping(sentence),
            "event",
            [(sentence.start, sentence.end)],
            sentence,
            value={"event": kind, "when": mention.value, "at": [a, b]},
            time=as_time(mention),
            polarity="negated" if negated(at[1]) else "affirmed",
            modality=modality_of(at[1], at[0].clauses),
            extractor="rules/event@2",
        )


def _founded(shared: Context, at: tuple[Parsed, Clause]) -> str | None:
    """The body that a clause says was founded, where it names one."""
    parsed, clause = at
    spans = clause.subjects if clause.verb.passive else clause.objects
    found = [shared.actors.of(parsed.units, s, shared.actors.recent) for s in spans[:1]]
    return next((i for i in found if i.startswith("o.") and "-" in i), None)


def _meeting(shared: Context, at: tuple[Parsed, Clause]) -> str | None:
    """The body that a clause says met, where it is another one than the grouping spoken of: "the council of ports"."""
    parsed, clause = at
    found = [shared.actors.of(parsed.units, s, shared.actors.recent) for s in clause.subjects[:1]]
    return next((i for i in found if i.startswith("o.") and "-" in i), None)


def _names(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for match in _RENAMED.finditer(sentence.text):
        span = (sentence.start + match.start(), sentence.start + match.end())
        old = match.group("old").strip() or None
        yield shared.claim(
            shared.actors.body(old) if old else shared.grouping(sentence),
            "renamed_to",
            [span],
            sentence,
            value={"from": old, "to": match.group("new").strip('"')},
            modality="asserted",
            extractor="rules/name@2",
        )
    for match in _STANDS.finditer(sentence.text):
        span = (sentence.start + match.start("a"), sentence.start + match.end("e"))
        if match.group("a") not in lexicon().rails:
            yield shared.claim(
                shared.actors.body(match.group("a")),
                "stands_for",
                [span],
                sentence,
                value={"initials": match.group("a"), "name": match.group("e").strip(" ,")},
                modality="asserted",
                extractor="rules/name@2",
            )
    for mention, a, b in shared.reading.within(sentence.start, sentence.end, "organisation"):
        name = mention.value or ""
        if GROUPING.isdisjoint(name.lower().split()):
            continue
        text = shared.reading.folded.text
        quoted = b < len(text) and (text[b] == '"' or text[b : b + 2] in {',"', '."'})
        if quoted or re.search(r"\b(?:named|called|known as) $", text[max(0, a - 10) : a]):
            yield shared.claim(
                shared.actors.body(name),
                "named",
                [(a, b)],
                sentence,
                value={"name": name},
                modality="asserted",
                polarity="affirmed",
                extractor="rules/name@2",
            )


def _aims(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    if not _PURPOSE.search(sentence.text):
        return
    body = shared.grouping(sentence)
    if body == CLUB and not _ABOUT.search(sentence.text):
        return
    for match in _AIMS.finditer(sentence.text):
        topic = match.group("o").split(" ")
        topic = (
            topic[:1]
            if len(topic) > 1 and topic[1] in {"and", "of", "in", "for", "to", "that", "which", "by"}
            else topic
        )
        verb = match.group("v").lower()
        yield shared.claim(
            body,
            "aims_to",
            [(sentence.start + match.start(), sentence.start + match.end("o"))],
            sentence,
            value={"verb": verb[:6], "topic": " ".join(topic)},
            extractor="rules/aim@1",
        )
    for match in _DISTINCT.finditer(sentence.text):
        yield shared.claim(
            body,
            "distinct_from",
            [(sentence.start + match.start(), sentence.start + match.end())],
            sentence,
            value={"topic": match.group("o")},
            modality="asserted",
            extractor="rules/aim@1",
        )


def _roles_of_states(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for match in _SERVES.finditer(sentence.text):
        start = sentence.start + match.start()
        states = shared.reading.within(sentence.start, start, "country")
        if (
            states
            and states[0][0].value
            and re.search(
                r"secretariat|headquarters|host|chair|presidency|seat|depositary", match.group("r"), re.IGNORECASE
            )
        ):
            yield shared.claim(
                f"c.{states[0][0].value}",
                "introduced_as" if "introduced" in match.group("v") else "serves_as",
                [(states[0][1], sentence.start + match.end())],
                sentence,
                value={"role": match.group("r").strip(' "'), "of": shared.grouping(sentence)},
                polarity="affirmed",
                extractor="rules/role@1",
            )


def _payments(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    """Which state's banks are linked with which, over which rails."""
    if not (_BANK.search(sentence.text) and _LINKED.search(sentence.text)) or _UNLINKED.search(sentence.text):
        return
    named = shared.reading.within(sentence.start, sentence.end, "country")
    states = [m.value for m, _, _ in named if m.value]
    words = re.findall(r"\b[A-Z]{3,8}\b", sentence.text)
    names = profile().rails
    rails = list(dict.fromkeys(names.get(w, w) for w in words if w in lexicon().rails and w != "SWIFT"))
    subject = next(
        (
            codes[0]
            for w in re.finditer(r"\b[A-Z][a-z]+\b", sentence.text)
            if len(codes := adjective_codes(w.group())) == 1
            and not any(a <= sentence.start + w.start() < b for _, a, b in named)  # not of "the Kyrgyz Republic"
        ),
        None,
    )
    others = [s for s in dict.fromkeys(states) if s != subject]
    if not rails and "correspondent" not in sentence.text:
        return
    if subject is None and len(others) >= 2 and re.search(r"\bcorrespondent (?!banks?\b)|\bbetween\b", sentence.text):
        subject, others = others[0], others[1:]
    if subject and others:
        yield shared.claim(
            f"c.{subject}",
            "correspondent_banking_with",
            [(sentence.start, sentence.end)],
            sentence,
            object=tuple(f"c.{c}" for c in others),
            qualifier={"via": rails} if rails else None,
            extractor="rules/payment@2",
        )


_NO = re.compile(r"\b(?:no|without|not|nor|neither|any) (?:\w+ )?$", re.IGNORECASE)
_PLANNING = frozenset(
    ["plan", "propose", "consider", "discuss", "want", "envisage", "prepare", "study", "seek", "float"]
)
_HAVING = frozenset(
    ["have", "plan", "want", "propose", "consider", "create", "introduce", "adopt", "include", "envisage"]
)
_REFUSING = frozenset(["reject", "refuse", "oppose", "shelve"])


def _rejects(at: tuple[Parsed, Clause], place: int) -> bool:
    """Whether a clause says of what it names at a place that it is not to be: "does not plan a", "rejects a"."""
    verb = at[1].verb
    before = at[0].units[verb.start].start < place
    return before and (verb.lemma in _REFUSING or (verb.lemma in _HAVING and negated(at[1])))


def _put(at: tuple[Parsed, Clause]) -> str:
    """How sure a provision is that a clause names."""
    return "planned" if at[1].verb.lemma in _PLANNING else modality_of(at[1], at[0].clauses)


_SPOKEN_OF = re.compile(rf"\b(?:{CLUB_WORDS})s?\b", re.IGNORECASE)


def _provisions(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    for row in shared.provisions:
        match = row.pattern.search(sentence.text)
        if match:
            at = shared.clause_at(sentence.start + match.start())
            no = sentence.text[max(0, match.start() - 30) : match.start()]
            denied = _NO.search(no) or (at and _rejects(at, sentence.start + match.start()))
            body = shared.grouping(sentence)
            named = body != CLUB or re.search(r"[\u0600-\u06ff]", sentence.text)
            if not named and not _SPOKEN_OF.search(shared.reading.folded.text, 0, sentence.end):
                continue  # a protocol of two states on payments, where nothing was said of a club
            yield shared.claim(
                body,
                "provision",
                [(sentence.start, sentence.end)],
                sentence,
                value={"id": row.id, "label": row.label, "sectors": row.sectors, "words": match.group()},
                polarity="negated" if denied else "affirmed",
                **({"modality": _put(at)} if at else {}),
                extractor="rules/provision@1",
            )


def _proposed(parsed: Parsed) -> bool:
    """Whether the writer says what is to be done: "The Bank should draw up a plan", "It is proposed that ..."; what
    "we" propose, and what others say should be done, is claimed where the verb says it."""
    main = [c for c in parsed.clauses if c.verb.kind == "finite" and not c.relative and c.governor is None]
    clause = next(iter(main), None)
    if clause is None or not clause.subjects or clause.reported or clause.source:
        return False
    (a, b), verb = clause.subjects[0], clause.verb
    plain = clause.units[a].tag != "O" and (b - a > 1 or clause.units[a].tag in {"N", "E"})
    asked = verb.modal in {"should", "must", "ought"} and not (verb.perfect or verb.negated or clause.condition)
    impersonal = clause.units[a].lower == "it" and verb.passive and verb.lemma in {"propose", "recommend"}
    return (asked and plain) or impersonal


def _proposals(shared: Context, sentence: Sentence) -> Iterator[Claim]:
    text = sentence.text
    at = shared.clause_at(sentence.start) if sentence.document.kind != "article" else None
    if at is None:
        return
    asked = text.endswith("?") or text[:1] in '"“' or re.search(r"\bplease\b|^Should\b", text)
    if not asked and at[0].sentence is sentence and _proposed(at[0]):
        yield shared.claim(
            sentence.document.id,
            "proposes",
            [(sentence.start, sentence.end)],
            sentence,
            value={"text": " ".join(text.lstrip("-–•* ").split())},
            modality="proposed",
            polarity="affirmed",
            extractor="rules/proposal@1",
        )


def led(shared: Context, parsed: Parsed, i: int) -> Iterator[Claim]:
    """`the council ... is led by X`."""
    units, sentence = parsed.units, parsed.sentence
    bodies = [u for u in units[: i - 2] if u.mention is not None and u.mention.type == "organisation"]
    body = bodies[-1].mention.value if bodies and bodies[-1].mention else _subject_before(shared, sentence)
    mention = units[i].mention
    if body and mention is not None:
        yield shared.claim(
            person(shared.reading.full_name(mention.value or "")),
            "leads",
            [(units[i - 2].start, units[i].end)],
            sentence,
            value={"organisation": body},
            time=dated(sentence.document),
            modality="asserted",
            polarity="affirmed",
            extractor="rules/role@2",
        )


def _subject_before(shared: Context, sentence: Sentence) -> str | None:
    """The body that "this council" of a sentence refers to: the last one of the sentence before."""
    n = shared.index(sentence)
    if n and re.match(
        r"(?:This|The|That) (?:council|committee|body|club|organi[sz]ation|union|delegation|group)\b", sentence.text
    ):
        bodies = shared.reading.within(shared.sentences[n - 1].start, shared.sentences[n - 1].end, "organisation")
        return bodies[-1][0].value if bodies else None
    return None


def claims(shared: Context) -> Iterator[Claim]:
    """Every statement the rules know, sentence by sentence."""
    for sentence in shared.sentences:
        for rule in (_events, _names, _aims, _roles_of_states, _payments, _provisions, _proposals):
            yield from rule(shared, sentence)
