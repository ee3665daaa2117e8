"""The words and patterns by which a name is seen to be a person's, or a town's in the United States."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from countervail import countries
from countervail.evidence.text.tokens import FUNCTION, Sought, Token, alternatives, data_lines, data_sections, lexicon

_WORDS = data_sections("english/lexicon.txt")
PARTICLES, STYLED, SHIP_ENDS = (frozenset(_WORDS[name]) for name in ("particles", "styled", "ship_ends"))
"""Small words inside names, titles that also stand inside them, and words that the names of ships end in."""


@cache
def towns() -> frozenset[str]:
    """Towns whose names are of several words, like those of people."""
    capitals = {c.capital for c in countries.load().values() if c.capital and " " in c.capital}
    return frozenset({*capitals, *data_sections("english/lexicon.txt")["towns"]})


MONTHS_GIVEN = frozenset({"Said", "May", "April", "June", "August", "Will", "Jan"})
"""Words that are given names as well as months or verbs."""
COUNTRIES_GIVEN = frozenset({"Jordan", "Chad", "Israel", "Georgia", "Kenya", "India"})
"""Countries that are given names as well."""
MORE_POSTS = "|".join(_WORDS["more_posts"])
"""What is a post beside a name, and too common a word to tell a name by."""
OWNERS = "owner|co-owner|proprietor"
"""Posts of firms as well as of people."""
POST_WORDS = "(?:" + "|".join(data_sections("english/lexicon.txt", lines=True)["post_words"]) + ")"
SPEECH = "(?:" + "|".join(_WORDS["speech_verbs"]) + ")"
QUOTING = (
    r"(?:said|says|told|added|adds|claimed|urged|argued|argues|wrote|writes|noted|warned|warns|stressed|insisted|insists"
    r"|announced|explained|explains|stated|states|replied|replies|answered|answers|countered|counters|retorted|responded"
    r"|asked|asks|declared|remarked|observed|conceded|admitted|acknowledged|continued|concluded|recalled|complained|joked"
    r"|quipped|protested|objected|asserted|confirmed|promised|vowed|pledged|shot back|hit back|interjected|testified"
    r"|notes|jokes|recalls|admits|concedes|complains|stresses|continues|laughed|laughs|shrugged|shrugs|sighed|sighs"
    r"|cautioned)"
)
"""Verbs beside a quotation that say whose it is."""
AFTER_QUOTE = re.compile(rf"[\"'] {QUOTING} $")
SPEAKS = re.compile(
    rf"(?:'s)? (?:(?:also|later|then|has|had|who|himself|herself|further|again|will|would) ){{0,2}}{SPEECH}\b"
)
ACTS = re.compile(
    r" (?:has|had|was|is|will|would|said|held|took|gave|came|went|made|saw|knew|became|served|serves|left"
    r"|sent|brought|opened|kept|drew|ran|wants|hopes|believes|\w{2,12}ed|[a-z]{3,12}s)\b(?! of\b)"
)
APPOSITION = re.compile(
    rf"(?=[ ]?[,|;(–-])(?:,| [-–]| \||;|\()? ?(?:(?:the|a|an|its|his|her|their|our|who is|who was|as|now"
    rf"|then|acting|former|onetime|one-time|sometime|erstwhile|longtime|today|currently|previously|formerly"
    rf"|[A-Z][\w'-]{{0,25}}'s) ?){{0,3}}(?:(?:[A-Z][\w'-]{{0,25}}|deputy|vice|foreign|prime|senior|top|acting|former"
    rf"|first|oil|finance|defen[cs]e|interior|economy|trade|central|bank|chief|assistant|executive|managing"
    rf"|high|state|press|regime|political|independent|retired|leading|general|lieutenant|major|brigadier) ){{0,4}}?"
    rf"(?i:(?:ex-)?{POST_WORDS}|general|colonel|admiral|brigadier|commander|warlord|financier|magnate|lobbyist|middleman"
    rf"|fixer|pilot|smuggler|citizen)\b"
)
SPEAKS_FOR = re.compile(rf" of (?:the )?(?:[A-Z][\w'-]{{0,25}} ){{1,5}}{SPEECH}\b")
"""What follows the name of somebody of a body who speaks: "X of the Cocoa Desk said"."""
WHO = re.compile(r"(?: of [A-Z][\w-]+)?, (?:who|whom)\b")
CELL_OF_PEOPLE = re.compile(
    r"\b(?:name|contact|person|representative|signatory|who|official|member|participant|delegate|head"
    r"|director|owner|chair(?:man|person)?"
    r"|officer|responsible|in charge)s?\b",
    re.IGNORECASE,
)


def column_of_people(text: str, line: str, column: int) -> bool:
    """Whether the heading of a table's column is a word for people; `line` is a row of the table."""
    heading = None
    for row in reversed(text[: text.find(line)].split("\n")[:-1][-60:]):
        if not row.strip():
            continue
        if "|" not in row:
            break
        heading = row
    cells = heading.split("|") if heading is not None else []
    return column < len(cells) and bool(CELL_OF_PEOPLE.search(cells[column]))


LINE_LABEL = re.compile(r"(?:[-*•] ?)?[A-Z][\w' ()/-]{1,28}: ?$")
LOWER_POST = re.compile(
    rf"\b(?:[Hh]is|[Hh]er|whose|their) (?:elder |younger |late |half-)?(?:brother|sister|son|daughter|wife|husband"
    r"|cousin|father|mother|nephew|niece|widow|uncle)(?:-in-law)?,? $"
    rf"|\b{POST_WORDS}(?: (?:of|for) (?!the )[a-z]{{3,16}}(?: and [a-z]{{3,16}})?)?(?:,| named| called)? $"
)
NAMED_BY = re.compile(
    r"\bQ(?:uestion)? \($|\b(?:[Bb]y|with|including|named|succeed|replace|between|colleague|brother|cousin|of Messrs|Mr"
    r"|addressed to|signed|interviewed|quoted|quotes|met|told|thanked|appointed|nominated"
    r"|former|to appoint|invited|replaced|dismissed|asked|from|said|added|according to|like|one|remains"
    r"|says|name is|name was|remained|national|citizen|native) $"
)
_DESCRIBED = (
    rf"(?:{POST_WORDS}|{MORE_POSTS}|brother|sister|son|daughter|wife|husband|widow|father|mother|cousin|nephew|niece"
    r"|uncle|friend|colleague|employee|predecessor|successor|resident|citizen|national|man|woman|spouse|boss|guest"
    r"|host|author|observer|fixer|middleman|neighbour|partner|accountant|ally|harbou?r ?master|owner|co-owner)"
)
DESCRIBED_BEFORE = re.compile(
    rf"\b{_DESCRIBED}(?: (?:here|there|now|then|in office"
    r"|(?:in|of|at|to|for|from) (?:the )?[A-Za-z][\w'-]*(?: [A-Z][\w'-]*){0,3})){0,2}, $",
    re.IGNORECASE,
)
"""What describes a person, right before the comma and the name."""
HULL = re.compile(r" \d{1,2}(?=[,.;)]| (?:is|was|had|has|sailed|left|and|in|at|off|carried|under|to)\b)")
CASE_OF = re.compile(r" (?:affair|case|trial|inquiry|family|estate|network|murder|scandal|government)\b")
"""The number after a ship's name, "Maria Star 9"; what follows the name of a person that has an article."""
IN_PLACE = re.compile(r"\b(?:in|near|off) $")
"""What before a name says that it is a town's."""
NO_PERSON_ROUND = re.compile(
    r"\b(?:ship|vessel|tanker|trawler|dhow|bulker|freighter|steamer|barge|tug|yacht|ferry|frigate|carrier|M/?[VT]"
    r"|(?:group|gang|militia|network|collective|party|company|firm|movement|faction)(?: is| was)?"
    r' (?:known as|called|named|styled)) "?$'
)
"""What before a name says that a ship or a body has it."""
CALLED = re.compile(
    r"\b(?:\w*man|\w*woman|boy|girl|driver|sailor|miner|trader|farmer|clerk|cook|son|daughter) (?:called|named) $"
)
FIRM_TOO = re.compile(r"\b(?:trader|broker|dealer|shipowner|called|named) $")
"""What before one word alone may be said of a firm."""
LONG_POSTS = frozenset({"Vice", "Prime", "First", "High", "Managing", "Deputy", "Executive", "Special", "Chief"})
"""Words before a post that belong to it."""
BEFORE_POSTS = frozenset({"Vice", "Prime", "First", "Chargé", "Emeritus"})
DESCRIBING = re.compile(r"[A-Z][\w]{1,20}-(?:[a-z]{2,12}ed|born|based|led|built|speaking|run|bred)")
"""A word that only describes the person after it."""
NUMERALS = frozenset({"II", "III", "IV", "VI", "VII"})
ACTED_ON = re.compile(
    r"\b(?:signed by|written by|led by|headed by|chaired by|drafted by|letter from|letter to|letter by"
    r"|according to|met with|addressed to|presented by|prepared by|on behalf of|interview with|succeeded "
    r"by|replaced by|told by|copied to|said|sent by|received by|sent to|appointed|quoted|talks with) "
    r"(?:the )?$"
)
LABEL = re.compile(
    r"(?:^|\n|\| ?)(?:FROM|TO|ATTN|CC|BY|SIGNED|FM|INFO"
    r"|From|To|Signed|Signature|Name|Attn|Attention|Author|By|cc|bcc|Written by|Prepared by"
    r"|Contact|Cc|CC|Copy to|Sender|Recipient|Interviewer|Interviewee|Present|Translator|Drafted by)(?: "
    r"by)? ?[:|] ?$"
)
CLOSING = re.compile(
    r"(?:Respectfully|Sincerely|Regards|Faithfully|Yours truly|Cordially|Signed|Signature|With respect"
    r"|Best wishes|Wassalam|Peace be upon you|Thank you)[^\n]{0,24}[,.:]?\s*$",
    re.IGNORECASE,
)
NEXT_LINE_POST = re.compile(
    rf"\s*(?:\n\s*){{1,2}}(?:\(?(?:Signed|Seal|Stamp|Transcript|Cc|CC|Copy|Copies|c\.c\.|Copied"
    rf"|Distribution|On behalf|For)\b|(?:[A-Z][\w',-]* |of |for |the |and |to "
    rf")*{POST_WORDS}\b[^\n]{{0,90}}(?:\n|$))",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?m)^[ \t]{0,8}(?:[IVX]{2,4}|[A-Z])\. ")


def lettered(text: str, line: str) -> bool:
    """Whether a line is one of headings that letters number: "B. Livestock"."""
    heads = {m.group().strip() for m in _LETTERED.finditer(text)}
    letter = line.strip()[:1]
    if not letter or not line.strip()[1:].startswith(". ") or len(heads) < 2:
        return False
    return bool({f"{chr(ord(letter) - 1)}.", f"{chr(ord(letter) + 1)}."} & heads) or (
        letter in "IVX" and any(len(h) > 2 for h in heads)
    )


INITIAL = re.compile(r"[A-Z]$")
BODY_AFTER = re.compile(
    r",? (?:is|was|are|were|has been|had been),? (?:run|owned|managed|led|headed|chaired|registered|incorporated"
    r"|founded|set up|controlled|operated|insured|established|headquartered)\b"
    r"|,? (?:is|was) an? (?:[\w-]+ ){0,4}(?:company|firm|bank|house|subsidiary|network|group|insurer|carrier|refiner)\b"
    r"|,? which\b| and its\b|,? (?:registered|incorporated|headquartered) (?:in|at)\b"
)
"""What is said of a body and not of a person."""
OFFICE_OF = Sought(
    " of | for ",
    rf"\b(?i:{POST_WORDS}|State) (?:of|for) (?:the )?(?:[A-Z][a-z]+,? (?:(?:and|for|of) (?:the )?)?){{0,6}}$",
)
"""A post before the field of its office."""
FIELDS = frozenset(_WORDS["fields"])
_STATES = "|".join(data_sections("english/lexicon.txt", lines=True)["american_states"])
AMERICAN_STATE = re.compile(_STATES)
IN_STATE = re.compile(rf", (?:{_STATES}|Queens|Brooklyn|Long Island|Staten Island|Manhattan|the Bronx)(?![\w])")
"""What follows a name that is a town in the United States: Lebanon, Pennsylvania."""
AMERICAN_PLACE = re.compile(
    r"\b(?:(?:Washington|Atlanta|Savannah|Augusta|Macon|Columbus|Athens|Albany|Valdosta|Marietta|Brunswick|Dalton|Gainesville"
    r"|Roswell|Decatur|Statesboro|Thomasville|Waycross), |(?i:(?:the )?(?:US |U\.S\. |American |southern )?state of )"
    r"|[Ss]outhern |(?:[Dd]istrict|[Uu]niversity|[Bb]ulldogs|[Cc]ircuit|[Cc]apitol|[Gg]overnor) of "
    rf"|(?:{_STATES}),? (?:and |or )?)$"
)
AMERICAN_AFTER = re.compile(
    rf" (?:[Ss]tate\b|Tech\b|Power\b|Senate\b)|,? (?:and |or )?(?:{_STATES})(?!\w)|, USA?\b"
    r"|(?:'s)? (?:lieutenant |state )?(?:[Gg]overnor|[Ll]egislature|[Ss]tatehouse|General Assembly"
    r"|[Aa]ttorney [Gg]eneral|[Ss]enators?|congress(?:man|woman)|sheriff|county|peach(?:es)?)\b"
    r"|(?=[^.\n]{0,80}(?:Atlanta|Savannah))"
    r"(?:(?!Tbilisi|Batumi|Kutaisi)[^.\n]){0,80}\b(?:Atlanta|Savannah)\b"
)
"""What follows the American state: its governor, or its towns later in the sentence."""

# -- bodies ------------------------------------------------------------------------------------------------------------

LINK = frozenset({"of", "for", "on", "against", "to", "with", "concerning", "du", "de", "des", "del", "da", "di"})
ALONE = frozenset({"Majlis", "Duma", "Knesset", "Bundestag", "Congress", "Senate", "Parliament"})
SANCTIONING = frozenset(
    {"Union", "Treasury", "Bank", "Ministry", "Government", "Administration", "Congress", "Parliament"}
)
"""Heads of bodies whose measures are "on" or "against" somebody."""
NAME_AFTER = frozenset({"Bankhaus", "Banka", "Banca", "Bank", "Banco", "Banque", "Radio", "Compagnie", "Refinery"})
OF_A_POST = frozenset({"Office", "Bureau", "Secretariat", "Presidency", "Directorate"})
WITHIN = frozenset(
    {"Secretariat", "Embassy", "Delegation", "Presidency", "Mission", "Consulate", "Headquarters", "Board"}
)
# heads that are also fields of work: "Deputy Minister of Customs of the Ministry of Finance"
DOMAINS = frozenset(
    {"Customs", "Treasury", "Shipping", "Insurance", "Police", "Port", "Railways", "Petroleum", "Minerals"}
)
# parts of any body, no names: "Chairman of the Management Board"
INNER = frozenset(_WORDS["inner"])
WATERS = frozenset(_WORDS["waters"])
OF_STATES = frozenset(["Ministry", "Committee", "Bureau", "Department"])
OF_FIELDS = frozenset(["Ministry", "Department", "Committee", "Organization", "Organisation"])
MANY = frozenset(["States", "Countries", "Nations", "Banks", "Producers", "Exporters", "Owners", "Ports", "Peoples"])
GENERIC = frozenset(_WORDS["generic"])
"""Words of bodies' names that no body is called by alone."""
ORDERS = frozenset(_WORDS["orders"])
CALENDAR = frozenset(_WORDS["calendar"])
OWNED = re.compile(
    r", whose (?:\w+ ){0,2}(?:director|owner|chairman|chairwoman|founder|president|chief|head|ships?"
    r"|tankers?|board|shareholders?|offices?|accounts?|headquarters|managers?|vessels?)\b"
)
WITH = frozenset({"Office", "Committee", "Association", "Society", "Council", "Department", "Commission"})
OF_ALL = frozenset(data_sections("english/lexicon.txt")["general_of"])
"""Heads before which "General" is no rank."""
MINISTRY = frozenset({"Ministry", "Parliament", "Army", "Navy", "Embassy", "Cabinet", "Government"})
LOWER_HEAD = (
    r"(?:(?:state|semi-official|official|daily|business|private|opposition|state-run|independent|weekly|online) )?"
    r"(?:newspaper|news agency|news site|news outlet|news website|agency|daily|magazine|broadcaster"
    r"|television|radio station|company|bank|group|party|movement"
    r"|refinery|airline|foundation|holding|channel|corporation|consortium|website|conglomerate|think tank"
    r"|shipyard|trading house)\b"
)
BEFORE_LOWER = re.compile(rf'"? {LOWER_HEAD}')
AFTER_LOWER = re.compile(
    r"\b(?:group|collective|company|firm|newspaper|magazine|journal|broadcaster|weekly|agency|bank"
    r"|organisation|organization|outlet|network|website|channel|daily|association|insurer|refiner"
    r"|exporter|importer"
    r'|exchange house|publisher|portal|hackers|party|called|named|known as) (?:of |called |named |known as )?(?P<q>"?)$'
)
EXPANSION = re.compile(
    r"\b(?P<a>[A-Z][A-Z-]{1,7})\b,? ?(?:which |that )?(?:stands|standing|short|is short|stood"
    r'|abbreviation) (?:for|of),? (?:the )?"?(?P<e>[A-Z][^".;\n]{3,80}?)[,.]?(?:"|[.;\n]|$)'
)
SPELT = re.compile(r'(?P<e>[A-Z][A-Za-z\' -]{6,90}[a-z])"? \((?:the )?"?(?P<a>[A-Z][A-Z-]{1,9})"?\)')
SPELT_BACK = re.compile(r'\b(?P<a>[A-Z]{2,8})"? \((?:the )?"?(?P<e>[A-Z][a-z][A-Za-z\' -]{6,90})"?\)')
RENAMED = re.compile(
    r"(?:\bname (?:was )?(?:changed|changing) to|renamed|known as|called|abbreviated(?: as| to)?|\bor) "
    r'"?(?P<a>[A-Z]{3,8})\b'
)
SOURCE_LINE = re.compile(r"^(?:Source|منبع)[ :»>\"-]{1,6}(?P<n>[\w.-]{3,60})[ ]*$", re.MULTILINE)
VIA = re.compile(r"(?:/|\bvia )(?P<n>[A-Za-z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)")


# -- letters -----------------------------------------------------------------------------------------------------------


LABELS = {
    "number": r"number|no\.?|letter no\.?|ref(?:erence)?\.?(?: (?:no\.?|number))?|our ref\.?|file no\.?|protocol "
    r"no\.?|شماره|شماره نامه",
    "date": r"date|dated|sent|date of issue|تاریخ|مورخ",
    "time": r"time|hour|ساعت|زمان",
    "classification": r"(?:security )?classification|confidentiality|secrecy|marking|طبقه ?بندی|درجه محرمانگی",
    "urgency": r"urgency|priority|precedence|فوریت|اولویت|درجه فوریت",
    "attachment": r"attachments?|enclosures?|encl\.?|annex(?:es)?|پیوست|ضمیمه",
    "subject": r"subject|re|regarding|matter|موضوع",
    "from": r"from|fm|sender|از|فرستنده",
    "to": r"to|attn\.?|attention|addressee|recipient|به|گیرنده",
    "place": r"place|location|محل",
    "copy": r"transcripts?|c\.?c\.?|copy|copies|copy to|copies to|copied to|distribution|رونوشت|رونوشت به",
    "signed": r"signed|signature|signed by|امضا|امضاء",
}
LETTER_LABEL = re.compile(
    r"^\s*(?:[-*•] )?(?:" + "|".join(f"(?P<{k}>{v})" for k, v in LABELS.items()) + r") ?[:：|] ?(?P<rest>.{0,400})$",
    re.IGNORECASE,
)
INVOCATION = re.compile(
    r"^\s*(?:In (?:the )?[Nn]ame of (?:God|Allah|the (?:Almighty|Merciful|Most High))|Bismillah|بسمه "
    r"?تعالی|بسم الله|باسمه تعالی|به نام خدا)[^\n]{0,60}$",
    re.IGNORECASE,
)
MARKER = re.compile(
    r"^\s*[\[(=*-]{0,5} ?(?P<kind>Letter|Document|Annex|Appendix|Attachment|Enclosure|File|نامه|پیوست"
    r"|سند)(?: (?:No\.? ?|Number ?|#)?(?P<n>\d{1,3}|[A-Z]|[IVX]{1,4}|one|two|three|four|five|first|second"
    r"|third|اول|دوم|سوم))?(?: of \d+)? ?[\])=*:-]{0,5}\s*$",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^\s*(?:Greetings|Dear |Salaam|Salam|Peace be upon|With (?:greetings|respect|regards)|Respectfully,?$"
    r"|Hello|Your Excellency|Excellency|Sir,|Madam|با سلام|سلام|با احترام|احتراما)",
    re.IGNORECASE,
)
SECTION = re.compile(
    r"^\s*(?:Statement|Background|Introduction|Proposals?|Recommendations?|Summary|Conclusions?|Decisions?"
    r"|Considerations?|Findings|Remarks|Explanation|شرح|پیشنهاد|مقدمه) ?:?\s*$",
    re.IGNORECASE,
)
PUBLISHER = re.compile(r"^\s*(?:Source|منبع)[ :»>\"-]{1,6}(?P<n>[^\n]{2,80})$")
LETTER_CLOSING = re.compile(
    r"^\s*(?:May we be|Wassalam|Yours|Sincerely|Respectfully|With (?:best |kind )?(?:regards|respect)"
    r"|Best regards|Regards|Faithfully|Thank you|Please accept|با تشکر|با سپاس|والسلام|من الله)[^\n]{0,70}$",
    re.IGNORECASE,
)
CONTACTS = re.compile(
    r"^\W*(?:(?:press|media|for (?:further |more )?(?:press |media )?(?:information|enquiries|inquiries))"
    r"[ /&]*(?:and media |office )?(?:contacts?|enquiries|inquiries|officers?)?|contacts?|contact (?:us|details)"
    r"|(?:investor |general )?(?:enquiries|inquiries)|investor relations)"
    r"(?:[,:] ?(?:please )?(?:contact)?)?\W*$",
    re.IGNORECASE,
)
"""A line below which stands whom the press may ask."""
FOR_INFORMATION = re.compile(
    r",? ?(?:for (?:your )?(?:kind )?(?:information|action|follow-?up|attention)[^\n]{0,40}|جهت (?:استحضار"
    r"|اطلاع|اقدام)[^\n]{0,30})\.?$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*(?:[-=_*·•~#]\s?){3,80}\s*$")
HONORIFIC = re.compile(
    r"^(?:(?:the|his|her|honou?rable|esteemed|respected|distinguished|excellency|dear|mr|dr|محترم) ?,? )+",
    re.IGNORECASE,
)
BARE_NUMBER = re.compile(
    r"^\s*(?:No|N°|Nr|Ref|Our ref|Circular(?: No)?)\.? ?(?P<rest>[\w./-]*\d[\w./-]*)\s*$", re.IGNORECASE
)
BARE_CLASS = re.compile(
    r"^\s*(?:(?:highly|strictly|top) )?(?:confidential|secret|restricted)\.?\s*$|^\s*(?:خیلی )?(?:محرمانه|سری)\s*$",
    re.IGNORECASE,
)
BARE_URGENCY = re.compile(r"^\s*(?:most |very )?(?:urgent|immediate)\.?\s*$|^\s*(?:فوری|آنی)\s*$", re.IGNORECASE)
SECOND_LABEL = re.compile(
    r"(?<=\S)[ |]+(?=(?:Number|No\.|Ref(?:erence)?\.?|Date|Time|Classification|Urgency|Priority|Attachment|Subject"
    r"|شماره|تاریخ|ساعت|پیوست|فوریت|طبقه ?بندی|موضوع) ?:)"
)


_SEATED = re.compile(
    r"(?:[A-Z][\w'-]{1,20} )?\S{1,30}-(?:based|owned|registered|flagged|run|listed|backed|headquartered"
    r"|controlled|built) (?=[A-Z])"
)


def unseated(spans: Iterable[tuple[int, int]], text: str) -> set[tuple[int, int]]:
    """The spans of names without the seat or owner before them: "Jamnagar-based Saurashtra Fuels"."""
    return {(m.end() if (m := _SEATED.match(text, a, b)) else a, b) for a, b in spans}


@cache
def leads_and_ends() -> tuple[frozenset[str], frozenset[str]]:
    """Words that lead to a name, titles and posts; words that no name ends with."""
    words = lexicon()
    common = words.not_names - words.given
    return words.posts | words.titles | words.ranks, words.posts | words.ranks | words.org_heads | words.rails | common


def is_left(token: Token, head: str, beside: bool = False) -> bool:
    """Whether a word before the head, or right beside it, belongs to the name."""
    words, bare = lexicon(), token.bare
    if bare == "General" and beside:
        return head in OF_ALL and not token.first
    if not token.capital or bare.lower() in FUNCTION:
        return False
    if bare in words.titles or (bare in words.ranks and head not in {"Staff"}):
        return bare in {"Imam"}
    if bare in words.posts:
        return head in OF_A_POST or token.text != bare
    return not ((token.first or ")" in token.gap) and bare in ORDERS)  # "(a) List Brava Metals"


def publishers(text: str) -> Iterator[tuple[int, int]]:
    """The publisher in a source line, and agencies in a picture's credit."""
    for m in SOURCE_LINE.finditer(text):
        yield m.span("n")
    for m in VIA.finditer(text):
        if m.group("n") in lexicon().orgs or m.group("n").title() in lexicon().orgs:
            yield m.span("n")


def spells(letters: str, words: list[str]) -> bool:
    """Whether the last words begin with the letters, small words left out."""
    initials = "".join(p[0].upper() for w in words for p in w.split("-"))
    plain = "".join(w[0].upper() for w in words)
    return initials.endswith(letters) or plain.endswith(letters) or sorted(plain[-len(letters) :]) == sorted(letters)


@cache
def known_bodies() -> re.Pattern[str]:
    """The names of bodies that are known wherever they stand."""
    world = {
        name for line in data_lines("bodies.txt") for name in line.split("|") if name not in {"AU", "CAN", "ECO", "NAM"}
    }
    world |= {name.title() for name in world if name.isupper() and len(name) >= 4 and name not in {"SWIFT", "ALBA"}}
    world |= {name.upper() for name in {*world, *lexicon().orgs} if name.isalpha() and len(name) >= 7}
    return re.compile(rf"(?<![\w@-]){alternatives({*lexicon().orgs, *world})}(?![\w-])")
