"""The words and patterns by which a phrase in a text is told to name an organisation."""

from __future__ import annotations

import re

LINK = frozenset({"of", "for", "on", "against", "to", "with", "du", "de", "des", "del", "da", "di"})
ALONE = frozenset({"Majlis", "Duma", "Knesset", "Bundestag", "Congress", "Senate", "Parliament"})
NAME_AFTER = frozenset({"Bank", "Banco", "Banque", "Radio", "Compagnie", "Refinery"})
OF_A_POST = frozenset({"Office", "Bureau", "Secretariat", "Presidency", "Directorate"})
WITHIN = frozenset(
    {"Secretariat", "Embassy", "Delegation", "Presidency", "Mission", "Consulate", "Headquarters", "Board"}
)
# heads that are also fields of work: "Deputy Minister of Customs of the Ministry of Finance"
DOMAINS = frozenset(
    {"Customs", "Treasury", "Shipping", "Insurance", "Police", "Port", "Railways", "Petroleum", "Minerals"}
)
# parts of any body, no names: "Chairman of the Management Board"
INNER = frozenset(
    {
        "Management",
        "Executive",
        "Supervisory",
        "Advisory",
        "Editorial",
        "Steering",
        "Working",
        "Organising",
        "Organizing",
    }
)
OWNED = re.compile(
    r", whose (?:\w+ ){0,2}(?:director|owner|chairman|chairwoman|founder|president|chief|head|ships?"
    r"|tankers?|board|shareholders?|offices?|accounts?|headquarters|managers?|vessels?)\b"
)
WITH = frozenset({"Office", "Committee", "Association", "Society", "Council", "Department", "Commission"})
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
    r"(?:name (?:was )?(?:changed|changing) to|renamed|known as|called|abbreviated(?: as| to)?|or) "
    r'"?(?P<a>[A-Z]{3,8})\b'
)
PUBLISHER = re.compile(r"^(?:Source|منبع)[ :»>\"-]{1,6}(?P<n>[\w.-]{3,60})[ ]*$", re.MULTILINE)
VIA = re.compile(r"(?:/|\bvia )(?P<n>[A-Za-z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)")
