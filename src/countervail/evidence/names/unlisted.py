"""Organisations that no head noun marks: initials, firms by their legal form, names beside a common noun for a body,
names of what was joined, left or founded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from countervail.evidence.names import name_words as w
from countervail.evidence.text.segments import line_of, shouted
from countervail.evidence.text.tokens import FUNCTION, Sought, adjectives, country_words, data_sections, lexicon

UP = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0106\u010c\u0110\u0130\u0141\u015a\u015e\u0160\u0179\u017b\u017d"
CAP = rf"[{UP}][\w&'+-]{{0,30}}"
SMALL = r"(?:de|du|des|del|della|di|da|do|dos|la|le|les|los|las|el|of|and|&|for|et|y|d')"
_RUN = rf"{CAP}(?:[ ](?:{SMALL} ){{0,2}}{CAP}){{0,5}}"
LEGAL = "(?:" + "|".join(map(re.escape, data_sections("english/lexicon.txt")["legal_forms"])) + ")"
_FIRM = re.compile(rf"(?<![\w.])(?P<n>{_RUN}(?: \([A-Z][\w ]{{1,20}}\))?,? {LEGAL}(?:\.?,? {LEGAL})?(?![\w]))")
_BOTH = re.compile(
    r"(?<=[\w.])(?:(?<=Kft)|(?<=Zrt)|(?<=SARL)|(?<=SPRL)|(?<=PLC)|(?<=BV)|(?<=FZE)|(?<=LLC)"
    r"|(?<=Ltd)|(?<=Limited)|(?<=LTD)|(?<=Inc)|(?<=S\.A\.)|(?<=JSC)|(?<=DMCC)|(?<=GmbH)|(?<=Co)|(?<=Bank))"
    r" and (?!Trust\b|Finance\b|Savings\b)"
)
_FOREIGN = re.compile(
    r"(?<![\w.])(?P<n>(?:Crédit|Credit|Caisse|Société|Societe|Compagnie|Sociedad|Consejo|Comité|Conseil|Union|Fonds|Fondo|Cámara"
    r"|Chambre|Agence|Agencia|Empresa|Grupo|Groupe|Instituto|Institut|Universidad|Universitas|Université|Universität|Università|Association|Banque|Banco|Banca|Revue|Le|La|El|Al)"
    rf"(?: (?!{SMALL} ){CAP})?(?: {SMALL}){{1,2}} ?(?:l'|d')?{CAP}(?: (?:{SMALL} ){{0,2}}{CAP}){{0,4}})"
)
_LEARNED = Sought("Universit", rf"(?<![\w.])(?P<n>(?:Universitas|Universitat|Universität) {CAP}(?: {CAP})?)")
_NOUN = "(?:" + "|".join(data_sections("english/lexicon.txt", lines=True)["firms"][0].split("|")) + ")"
_BESIDE = re.compile(
    rf"\b(?P<w>{_NOUN})(?P<m>,? (?:such as|called|named|known as) \"?|, (?:the )?\"?| \"?)(?P<n>{_RUN})(?P<t>.?)"
)
_PEOPLE_TOO = frozenset(data_sections("english/lexicon.txt")["people_too"])
_APPOSED = Sought(
    ", a |, an ",
    rf"(?<![\w.-])(?P<n>{_RUN})(?! ?{CAP}), (?:a|an) (?:[\w-]+ ){{0,4}}?{_NOUN}\b"
    r"(?! (?:[a-z]+(?:er|or|man|ian|ist)|chief|boss|head|official)\b)",
)
_REGISTERED = Sought(
    "registered in|incorporated in|headquartered in|licensed in",
    rf"(?<![\w.])(?P<n>{_RUN})(?! ?{CAP}), (?:an?|the) (?:[\w-]+ ){{1,4}}?(?:registered|incorporated"
    r"|headquartered|licensed) in\b",
)
"""A name and what kind of house it is: "X, a house registered in Bangui"."""
_IS_A = Sought(
    " is a| was a",
    rf"(?<![\w.-])(?P<n>{CAP} {_RUN}) (?:is|was) an? (?:[\w-]+ ){{0,4}}?(?:company|firm|bank|house|subsidiary"
    r"|insurer|refiner)\b",
)
_WHICH = Sought(
    " which| and its",
    rf"(?<![\w.])(?<!the )(?<!The )(?<![iao][ntf] )(?P<n>{CAP} {_RUN})(?:,? which| and its)\b (?!part\b|case\b)",
)
"""A name of several words that is a thing: "X, which", "X and its manager"."""
_ONE_OF_THEM = Sought(
    " of them, | of these, | of those, ",
    rf"\b(?:firms|companies|banks|entities|traders|hauliers|suppliers|brokers|lenders|refiners|exporters|importers|carriers)\b[^:;]{{0,240}}?"
    rf"\b(?:[Oo]ne|[Aa]nother|[Aa]) of (?:them|these|those), (?P<n>{_RUN}),",
)
_MANY_AGENTS = re.compile(
    rf"\b(?:auditors|brokers|lawyers|consultants|accountants|advisers|traders|insurers|hauliers|solicitors|shipowners|shipbrokers"
    rf"|agents|jewellers|refiners|publishers|{CAP}-based) (?P<n>{CAP}(?:(?! and {CAP}-based )"
    rf"[ ](?:{SMALL} ){{0,2}}{CAP}){{1,6}})\b(?!,? (?:and [A-Z]|who |said |says |told ))"
)
"""A name of one after a noun of many or its seat: "the auditors X Y", "Oslo-based X Y"."""
_PUT_ON_LIST = Sought(
    "list|register",
    rf"\b(?:put|puts|place|placed|add|adds|added|keep|keeps|kept) (?P<n>{CAP} {CAP}(?: {CAP})?) (?:on|to) (?:its"
    r"|their|the) (?:[a-z]+ ){0,2}(?:list|blacklist|register)\b",
)
_SCHEME = Sought(
    " System| Area| Zone| Scheme| Mechanism| Framework| Process| Platform| Arrang| Facility| Pool| Comp| Prog| Corr"
    "| Accord| Circle| Entente| Conc| Coven| Cartel",
    r"\b(?:join|joins|joined|joining|leave|leaves|leaving|quit|accede to|acceded to|apply to|applied to|withdraw from"
    r"|withdrew from|suspended from|expelled from|members? of|membership of|secretariat of|make up|founded|adopt"
    r"|adopted|under|through|via|into) (?:the )?"
    rf"(?P<n>{CAP} {CAP}(?: {CAP}){{0,3}} (?:System|Area|Zone|Scheme|Mechanism|Framework|Process|Platform|Arrangement"
    rf"|Facility|Pool|Compact|Programme|Corridor)|(?<!under the )(?<!through the ){CAP}(?: {CAP}){{0,3}} (?:Accord"
    r"|Circle|Entente|Concord|Covenant|Cartel))\b(?! [A-Z])",
)
"""A scheme that states join or pay through: "the Common Monetary Area"."""
_BUYER = Sought(
    " is | was ",
    r"\b[Tt]he (?:buyer|seller|supplier|shipper|consignee|exporter|importer|operator|manufacturer|purchaser|recipient"
    rf"|vendor) (?:is|was) (?:called )?(?P<n>{CAP} {_RUN}), (?:which|an?|the)\b",
)
_OF_WHOM = re.compile(
    rf"\b{w.POST_WORDS} (?:for|of|at|to) (?:the|its|their|a) (?:[a-z-]{{1,20}} ){{0,2}}$", re.IGNORECASE
)
_THING_BEFORE = re.compile(
    r"(?:\b(?:in|at|near|off|of|from|to|ship|vessel|tanker|trawler|dhow|port|river|province|region|town|city|village|resolution|seized|detained|boarded)"
    r"|\b[A-Z][\w'-]{1,30}) $"
)
_OPEN = frozenset(["system", "link", "scheme", "service", "union", "fund", "group", "network", "platform", "owner"])
"""Nouns beside which a name of several words may be something else's."""
_NAME = rf"{CAP}(?: {CAP}){{0,4}}"
_COUNTED = re.compile(
    rf"\b(?:[Tt]wo|[Bb]oth|[Tt]hree|[Ff]our) (?:[\w-]{{1,20}} ){{0,3}}(?P<w>{_NOUN}|companie|agencie|refinerie)s, "
    rf"(?P<n>{_NAME}(?:, {_NAME}){{0,2}},? and {_NAME})(?=[,.;)])"
)
_AFTER = Sought(
    " system| link| network| platform| scheme| union| mechanism",
    rf"(?<![\w.])(?P<n>{_RUN}) (?:payment|payments|settlement|messaging|clearing|currency|banking) (?:system|link"
    r"|network|platform|scheme|union|mechanism)\b",
)
_DONE_TO = re.compile(
    r"\b(?:join|joins|joined|joining|quit|quits|quitting|leave|leaves|leaving|found|founded|founding|co-founded"
    r"|member(?:s|ship)? (?:of|in)|members? States? of|accede to|acceded to|accession to|admitted to|admission to"
    r"|withdraw from|withdrew from|withdrawn from|withdrawal from|walked out of|pulled out of|applied to|apply to"
    rf"|applies to|suspended from|expelled from|excluded from|belongs? to(?= the)|observers? (?:of|at|in))"
    rf" (?:the )?(?P<n>{CAP}(?: of (?:the )?{CAP}(?: {CAP})?)?)(?![\w'&+-]| ?{CAP})(?P<t>.?)"
)
_LETTERS = re.compile(r"(?<![\w@&./-])(?P<n>[A-Z]{2}[A-Z&]{1,4}(?:\+|-[A-Z][a-z]{2,12})?)(?![\w@/]|-\d|\.[A-Z]| ?\d)")
_ORGAN = re.compile(
    r"(?<![\w.-])(?P<n>(?!UN |EU |US |UK )[A-Z]{3,8} (?:Commission|Secretariat|Court|Parliament|Assembly|Bank|Fund"
    r"|Bridge|Link|Pool))\b"
)
_COMPOUND = re.compile(
    r"(?<![\w@.-])(?P<n>[A-Z][a-z]{2,20}(?:bank|neft|gaz|flot|prom|export|invest|telecom|khim|chem|energo|avia|stroy|mash|exim))\b"
)
_ALONE = re.compile(r"\b(?:[Tt]he|[Tt]his|[Oo]ur) ([A-Z][a-z]{3,20})\b(?!'s [A-Z]| ?[A-Z]|-)")
NO_ENDS = frozenset(data_sections("english/lexicon.txt")["no_ends"])
"""Words that a text uses alone for something that is no body: agreements, places."""
_FOUNDED = Sought(
    "founded |established |set up |created |incorporated ",
    rf"(?<![\w.])(?P<n>{_RUN}) (?:was|were) (?:founded|established|set up|created|incorporated) (?:in|by|at)\b",
)
_THROUGH = re.compile(
    rf"\b(?:paid|pays?|paying|payments?|settled?|made|routed) [^.;,\n]{{0,60}}?\b(?:through|via) (?:the )?(?P<n>{_RUN})"
)
_NUMBERS = frozenset().union(*(data_sections("english/grammar.txt")[tag] for tag in "#O"))
_ATTRIBUTE = re.compile(r" (?P<w>[a-z]{4,})")
"""A common word right after a name, which may be an attribute of it."""
_HEADING = re.compile(r"\n|\Z|\.|:| - | [A-Z]{2,}\b")
"""What follows a word in capitals at the start of a line that is a heading, a signature or a place."""
_NO_BODY_AFTER = re.compile(r" (?:franc|[Ll]ist|Exit|payment|codes?)\b|-[A-Z]{2}|'[A-Z]| \d{1,2}\b")
"""What follows letters that are no body's: "the CFA franc", "(EU Exit) Regulations"."""
_LATER = frozenset(["last", "again", "today", "yesterday", "soon", "early", "later", "next"])
_ROMAN = re.compile(r"[IVXLCM]+$")
NO_LETTERS = frozenset(data_sections("english/lexicon.txt")["no_bodies"])
TOWN = frozenset(data_sections("english/lexicon.txt")["towns_begin"])


class Unlisted:
    """The organisations of one text that no head noun marks; spans are folded offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = lexicon()
        self.states = country_words()

    def _plain(self, word: str) -> str:
        return word[:-2] if word.endswith("'s") else word

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        """The span without small words, nationalities and titles before the name, and a possessive after it."""
        name = self.text[start:end]
        while name:
            first = name.split(" ", 1)[0]
            drop = first.lower() in FUNCTION or first in adjectives() or first in self.words.titles
            opens = self.text[max(0, start - 2) : start].strip(" \n") in {"", ".", ":", ";", ")", "-"}
            drop = drop or first in w.CALENDAR or (opens and first in w.ORDERS)  # "(a) List Brava Metals FZE"
            if not drop or " " not in name:
                break
            start += len(first) + 1
            name = self.text[start:end]
        if name.endswith("'s"):
            end -= 2
        cut = name.find("'s ")
        if cut >= 0:  # "the Power Board and India's Tella Ltd"
            end = start + (name.rfind(" and ", 0, cut) if " and " in name[:cut] else cut)
        return (start, end) if end - start > 1 else None

    def _is_other(self, start: int, end: int) -> bool:
        """Whether the words are known as something else: a country, a place, a person, a post, a month."""
        words = [self._plain(w) for w in self.text[start:end].split()]
        known = self.words
        before = self.text[max(0, start - 24) : start].split()
        if before and before[-1] in known.given and self.text[start - 1 : start] == " ":
            return True
        first = words[0]
        if "-" in first and first.split("-")[0] in known.given:
            return True
        if first in known.given or first in known.titles or first in known.posts or first in TOWN:
            return True
        return all(
            w in self.states
            or w in known.capitals
            or w in adjectives()
            or w in known.not_names
            or w in known.posts
            or w.lower() in FUNCTION
            for w in words
        )

    def firms(self) -> Iterator[tuple[int, int]]:
        """A name with its legal form; one that begins as bodies of other languages do."""
        for match in _FIRM.finditer(self.text):
            start = match.start("n")
            for part in _BOTH.split(match.group("n")):  # "A Ltd and B LLC"
                span = self._trimmed(start, start + len(part))
                start += len(part) + 5
                declared = part.endswith(" AS") and shouted(line_of(self.text, match.start()))  # "DECLARE AS FOLLOWS"
                if span is not None and self.text[span[0] : span[1]].count(" ") > 0 and not declared:
                    yield span
        for match in _FOREIGN.finditer(self.text):
            if match.group("n").split()[0] not in {"Le", "La", "El", "Al", "Union", "Association"}:
                yield match.span("n")
        for match in _LEARNED.finditer(self.text):
            yield match.span("n")

    def beside(self) -> Iterator[tuple[int, int]]:
        """A name after or before a common noun for a body: "the fintech Trilho", "its Sur-Link payment system"."""
        for match in _BESIDE.finditer(self.text):
            span = self._trimmed(*match.span("n"))
            if span is None or self._is_other(*span):
                continue
            comma = match.group("m").startswith(",") and "such" not in match.group("m")
            noun, name = match.group("w"), self.text[span[0] : span[1]]
            if comma and _OF_WHOM.search(self.text[max(0, match.start() - 60) : match.start()]):
                continue  # "a spokeswoman for the bank, X"
            if comma and match.group("t") not in {",", ".", ";", ")", ""}:
                continue
            if noun in _PEOPLE_TOO:
                continue
            if noun in _OPEN and (" " in name.strip() and not comma):
                continue
            yield span
        for match in _APPOSED.finditer(self.text):
            span = self._trimmed(*match.span("n"))
            person = match.group().rsplit(" ", 1)[-1] in _PEOPLE_TOO | {"exporter", "importer"}
            if span is not None and not self._is_other(*span) and not person:
                yield span
        for pattern in (_REGISTERED, _IS_A, _WHICH, _ONE_OF_THEM, _MANY_AGENTS, _BUYER, _PUT_ON_LIST):
            for match in pattern.finditer(self.text):
                span = self._trimmed(*match.span("n"))
                if span is None or self._is_other(*span) or self._of_office(*span):
                    continue
                if pattern is not _WHICH or not self._thing(*span):
                    yield span
        yield from (m.span("n") for m in _SCHEME.finditer(self.text))
        for match in _AFTER.finditer(self.text):
            span = self._trimmed(*match.span("n"))
            if span is not None and not self._is_other(*span):
                yield span

    def counted(self) -> Iterator[tuple[int, int]]:
        """Those of whom a counted noun is: "two mills, A and B"; a given name may be one of a firm's too."""
        for match in _COUNTED.finditer(self.text):
            start = match.start("n")
            spans = [self._trimmed(start + m.start(), start + m.end()) for m in re.finditer(_NAME, match["n"])]
            if match["w"] not in _PEOPLE_TOO and not all(s is None or self._is_other(*s) for s in spans):
                yield from (s for s in spans if s is not None and self.text[slice(*s)] not in self.states)

    def _of_office(self, start: int, end: int) -> bool:
        """Whether a word of a post or a common one is in a name."""
        known = self.words
        return any(w in known.posts or w in known.titles or w in known.not_names for w in self.text[start:end].split())

    def _thing(self, start: int, end: int) -> bool:
        """Whether the words before a name say that it is a ship's or a place's."""
        return bool(_THING_BEFORE.search(self.text[max(0, start - 40) : start]))

    def _attribute(self, start: int, end: int) -> bool:
        """Whether a name of one word is only where the noun after it is: "the Labuan payments circle"."""
        following = _ATTRIBUTE.match(self.text, end)
        word = following["w"] if following else ""
        return bool(word) and self.text[start:end] not in self.words.org_heads and word not in FUNCTION | _LATER

    def done_to(self) -> Iterator[tuple[int, int]]:
        """What was joined, left or founded and has a name of one word: "founded Mercosur"."""
        for match in _DONE_TO.finditer(self.text):
            span = self._trimmed(*match.span("n"))
            if span is None or self._is_other(*span) or shouted(line_of(self.text, span[0])):
                continue
            if re.match(r" (?:for|of|and) [A-Z]", self.text[span[1] : span[1] + 8]) and (
                self.text[slice(*span)] in self.words.org_heads | {"System", "Belt"}
            ):
                continue  # the beginning of a longer name
            if " the " in match.group() and self._attribute(*span):
                continue  # "joins the Rotterdam trader"
            if (
                self.text[match.end("n") : match.end("n") + 3] not in {"'s "}
                and "'" not in self.text[span[0] : span[1]]
            ):
                yield span

    def letters(self) -> Iterator[tuple[int, int]]:
        """Initials, outside lines of capitals."""
        known = self.words
        small = set(re.findall(r"\b[a-z]{3,8}\b", self.text))
        for match in _LETTERS.finditer(self.text):
            name = match.group("n")
            if (
                name in NO_LETTERS
                or name in known.not_initials
                or name in self.states
                or name in known.titles
                or name.lower() in small
                or name.lower() in FUNCTION
                or name.title() in known.given
                or name.title() in known.capitals
                or _ROMAN.match(name)
                or self._opens_line(*match.span("n"))
                or shouted(line := line_of(self.text, match.start()))
                or (line.isupper() and " " in line.strip())
            ):
                continue
            if re.search(r"\b[A-Z]{3,}[ ,]$", self.text[max(0, match.start() - 20) : match.start()]) or re.match(
                r" [A-Z]{3,}\b", self.text[match.end() : match.end() + 20]
            ):
                continue  # one of several words in capitals
            if re.match(r", ?[A-Z]|-[A-Z]{2}", self.text[match.end() : match.end() + 3]):
                continue
            if _NO_BODY_AFTER.match(self.text, match.end()) or self._of_title(match.start()):
                continue
            if re.search(r"\d[.:]\d\d $|[(;] ?[A-Z]{2,8}: ?$", self.text[max(0, match.start() - 14) : match.start()]):
                continue  # a time zone; what a share is called on an exchange, "(NYSE: XYZ)"
            yield match.span("n")

    def _of_title(self, start: int) -> bool:
        """Whether a title or post stands before a word in capitals: a surname, "Senator TREGEAR"."""
        before = self.text[max(0, start - 20) : start].split()
        while before and before[-1].lower() in w.PARTICLES:  # "MR. DE SOUZA"
            before.pop()
        return bool(before) and before[-1].strip(".").title() in self.words.titles | self.words.posts | {"Ms", "Mr"}

    def _opens_line(self, start: int, end: int) -> bool:
        """Whether a word in capitals begins a line as a heading, signature or dateline does."""
        line = self.text.rfind("\n", 0, start) + 1
        opens = not self.text[line:start].strip(" -*•")
        return opens and bool(_HEADING.match(self.text, end)) and self.text.find("(", end, end + 2) < 0

    def organs(self) -> Iterator[tuple[int, int]]:
        """An organ or project of a body called by initials: the ECOWAS Commission."""
        for match in _ORGAN.finditer(self.text):
            if not shouted(line_of(self.text, match.start())):
                yield match.span("n")

    def compounds(self) -> Iterator[tuple[int, int]]:
        """One word that ends as names of banks and firms do: Halkbank, Transmorflot."""
        for match in _COMPOUND.finditer(self.text):
            if not self._is_other(*match.span("n")):
                yield match.span("n")

    def called(self) -> Iterator[tuple[int, int]]:
        """A name of several words whose last one the text uses alone for it: "the Inland Water Compact ... the
        Compact"."""
        known = self.words
        ends = {
            word
            for word in {*_ALONE.findall(self.text)}
            if not any(word in no for no in (known.posts, known.titles, known.ranks, known.not_names, known.given))
            and not any(word in no for no in (NO_ENDS, self.states, known.capitals, adjectives()))
        }
        if not ends:
            return
        pattern = re.compile(
            rf"(?<![\w.])(?:{CAP} (?:(?:of|for|on|and) (?=[A-Z]))?){{1,5}}(?:{'|'.join(sorted(ends))})\b(?! ?{CAP})"
        )
        for match in pattern.finditer(self.text):
            span = self._trimmed(*match.span())
            if span is None or " " not in self.text[slice(*span)] or shouted(line_of(self.text, span[0])):
                continue
            words = self.text[slice(*span)].split()
            if not any(w in known.posts or w in known.titles for w in words):
                yield span

    def founded(self) -> Iterator[tuple[int, int]]:
        """What was founded: "Clean Rivers Watch was founded in 2008"; what is paid through."""
        for pattern in (_FOUNDED, _THROUGH):
            for match in pattern.finditer(self.text):
                first = _BOTH.split(match.group("n"))[0]  # "paid through Nile Bank and Bank Okavango"
                span = self._trimmed(match.start("n"), match.start("n") + len(first))
                head = span is not None and self.text[slice(*span)] in self.words.org_heads
                if pattern is _THROUGH and " " not in match.group("n"):
                    continue  # it may be a town
                if span is None or head or self._is_other(*span) or shouted(line_of(self.text, span[0])):
                    continue
                if self.text[slice(*span)].lower() not in _NUMBERS:  # "One was founded in 2019"
                    yield span

    def find(self) -> set[tuple[int, int]]:
        """All of them."""
        rules = (
            self.firms,
            self.beside,
            self.counted,
            self.done_to,
            self.letters,
            self.compounds,
            self.organs,
            self.called,
            self.founded,
        )
        return {span for rule in rules for span in rule()}
