"""The words and patterns of dates, in English and Persian, and the Persian (Jalali) calendar, years 1200 to 1500.

Its leap years follow the 33-year rule with the breaks that match the observed equinox over these years; the tests hold
it to the jdatetime library day by day.
"""

from __future__ import annotations

import datetime as dt
import re

from countervail.evidence.text.lines import FULL_MONTH
from countervail.evidence.text.tokens import Sought, alternatives

_GREGORIAN = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_PERSIAN_LATIN = [
    "farvardin",
    "ordibehesht,ordibehest,ordibehisht",
    "khordad",
    "tir",
    "mordad,amordad",
    "shahrivar",
    "mehr",
    "aban",
    "azar",
    "dey,dei",
    "bahman",
    "esfand",
]
_FA_PERSIAN = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_FA_GREGORIAN = [
    "ژانویه,ژانویهٔ",
    "فوریه",
    "مارس",
    "آوریل,اوریل",
    "مه,می",
    "ژوئن,ژوین",
    "ژوئیه,جولای,ژوییه",
    "اوت,آگوست",
    "سپتامبر",
    "اکتبر",
    "نوامبر",
    "دسامبر",
]
_LUNAR = [
    "محرم",
    "صفر",
    "ربیع الاول",
    "ربیع الثانی",
    "جمادی الاول",
    "جمادی الثانی",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذی القعده",
    "ذی الحجه",
    "muharram",
    "safar",
    "rabi al-awwal",
    "rajab",
    "shaban",
    "ramadan",
    "shawwal",
    "dhu al-qadah",
    "dhu al-hijjah",
]

MONTHS: dict[str, tuple[int, bool]] = {}
for _i, _name in enumerate(_GREGORIAN, 1):
    MONTHS[_name] = (_i, False)
    MONTHS[_name[:3]] = (_i, False)
MONTHS["sept"] = (9, False)
for _i, _names in enumerate(_PERSIAN_LATIN, 1):
    MONTHS.update(dict.fromkeys(_names.split(","), (_i, True)))
for _i, _name in enumerate(_FA_PERSIAN, 1):
    MONTHS[_name] = (_i, True)
for _i, _names in enumerate(_FA_GREGORIAN, 1):
    MONTHS.update(dict.fromkeys(_names.split(","), (_i, False)))
MONTHS.update(dict.fromkeys(_LUNAR, (0, False)))

_OCR = str.maketrans({"0": "o", "1": "l", "|": "l", "!": "l", "5": "s", "8": "b"})


def _shape(name: str) -> str:
    return name.translate(_OCR).replace("rn", "m").replace("l", "i").replace("c", "e")


_SHAPES = {_shape(n): v for n, v in MONTHS.items() if len(n) >= 3 and n.isascii()}


def month(name: str) -> tuple[int, bool]:
    """Number of a month's name and whether it is Persian; a lunar month is 0. KeyError where it is none."""
    return MONTHS.get(name) or _SHAPES[_shape(name)]


ALSO_WORDS = frozenset(
    {
        "May",
        "March",
        "Mar",
        "Dec",
        "Jan",
        "Sun",
        "Sat",
        "August",
        "April",
        "June",
        "Sept",
        "Apr",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Feb",
    }
)
SEASONS = {
    "spring": 21,
    "summer": 22,
    "autumn": 23,
    "fall": 23,
    "winter": 24,
}
"""EDTF codes of the seasons."""
SPANS = {
    **{f"q{n + 1}": (3 * n + 1, 3 * n + 3) for n in range(4)},
    **{f"{word} quarter": (3 * n + 1, 3 * n + 3) for n, word in enumerate(("first", "second", "third", "fourth"))},
    "last quarter": (10, 12),
    "final quarter": (10, 12),
    **dict.fromkeys(("h1", "first half"), (1, 6)),
    **dict.fromkeys(("h2", "second half"), (7, 12)),
}
"""First and last month of quarters and halves."""

_D = r"[0-9OoIlSB|]"
_Y = rf"(?P<y>(?:[12]|[Il|](?=[0-9])){_D}{{3}})"
_EN_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER|JAN|FEB|MAR"
    r"|APR|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC"
    r"|Farvardin|Ordibehe?i?sht?|Khordad|Tir|A?[Mm]ordad|Shahrivar|Mehr|Aban|Azar|De[yi]|Bahman|Esfand"
    r"|Muharram|Safar|Rajab|Shaban|Ramadan|Shawwal"
    # misread: a capital or digit, then letters and look-alikes, checked against the shapes of the months
    r"|[JFMASOND05][a-z01|!5]{2,8}[a-z1|!])"
)
_CLEAN_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_ORDINAL = r"(?:st|nd|rd|th)?"
_YEAR_AFTER_DAY = rf"(?:,? ?(?:of )?(?:the year )?{_Y}(?![\w]))?"

NUMERIC = re.compile(
    rf"(?<![\w./:-])(?P<a>{_D}{{1,4}}) ?(?P<s>[-/.]) ?(?P<b>{_D}{{1,2}}) ?(?P=s) ?(?P<c>{_D}{{1,4}})(?=[T ]"
    rf"|\b)(?![-/][\w]|\.\d|[A-SU-Z]\w)"
)
DATE_LABEL = re.compile(r"(?:[Dd]ated?|DATE|تاریخ|مورخ|on) ?:? ?$")
NAMED_RANGE = re.compile(
    rf"(?<![\w.])(?:(?P<d>[0-3]?\d)(?:{_ORDINAL}|\.(?= ?-)) ?(?P<s>-|/|&|to|and|until|through) ?"
    rf"(?P<e>\d{{1,2}})(?:{_ORDINAL}|(?<=-\d)\.|(?<=- \d)\.|(?<=-\d\d)\.|(?<=- \d\d)\.) (?:of "
    rf")?(?P<m>{_EN_MONTH})\.?(?![a-z])(?:,? {_Y}(?!\w))?)"
)
DAY_MONTH = re.compile(
    rf"(?<![\w.])(?:(?<![^a-z]/)|(?<=(?:19|20)\d\d/))(?:{_WEEKDAY},? (?:the )?)?(?P<d>{_D}?{_D})"
    rf"{_ORDINAL}[ -]?(?:day )?(?:of )?(?P<m>{_EN_MONTH})\.?(?![a-z])(?:[ -]?,?[ -]?(?:of )?(?:the year )?{_Y}(?!\w))?"
)
MONTH_DAY = re.compile(
    rf"(?<!\w)(?:{_WEEKDAY},? )?(?P<m>{_EN_MONTH})\.? (?:the )?(?P<d>[0-9Il|]?[0-9]){_ORDINAL}(?![\w:%]"
    rf"|[.,]\d| ?(?:million|billion|percent))(?:(?:-| ?to )(?P<e>\d{{1,2}}))?{_YEAR_AFTER_DAY}"
)
MONTHS_YEAR = re.compile(rf"\b(?P<m>{_CLEAN_MONTH}) ?(?P<s>-|to|until|and|/) ?(?P<n>{_CLEAN_MONTH}),? {_Y}(?!\w)")
MONTH_YEAR = re.compile(rf"(?<!\w)(?P<m>{_EN_MONTH})\.?,? ?(?:of |in )?{_Y}(?!\w)")
QUARTER = Sought(
    "quarter|half|pring|ummer|utumn|all|inter|Q1|Q2|Q3|Q4|H1|H2",
    r"\b(?:(?P<q>(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ll]ast|[Ff]inal) quarter|(?:[Ff]irst|[Ss]econd) half"
    r"|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter|Q[1-4]|H[12])"
    r"(?:(?: of|,)? |[/-]|(?<=[QH]\d))(?P<y>20\d\d|19\d\d))\b(?![/-]\d)",
)
APPROXIMATE = re.compile(r"\b(?P<q>[Ee]arly|[Mm]id|[Ll]ate)[- ](?:in )?(?P<x>(?P<y>(?:19|20)\d\d))(?![\w/%-]|[.,]\d)")
SHORT_YEAR = re.compile(
    rf"(?<![\w./-])(?P<d>\d{{1,2}})(?P<s>[-/ ])(?P<m>{_CLEAN_MONTH}|{_CLEAN_MONTH.upper()})(?P=s)(?P<a>'?)(?P<y>\d\d)"
    r"(?![\w/:%-]|[.,]\d)"
)
MILITARY = re.compile(
    rf"(?<![\w./-])(?P<d>[0-3]\d)(?:[01]\d|2[0-3])[0-5]\dZ? ?(?P<m>(?i:{_CLEAN_MONTH})) ?"
    r"(?P<y>(?:20)?\d\d)(?!\w)"
)
"""The date and time group of a cable: 151030Z MAY 22."""
YEAR_RANGE = re.compile(r"(?<![\w./-])(19\d\d|20\d\d) ?- ?(19\d\d|20\d\d)(?![\w/-]|\.\d)")
ISO_MONTH = re.compile(r"(?<![\w./-])(1[2-5]\d\d|19\d\d|20\d\d)[-/](\d\d)(?![\w/-]|\.\d)")
SLASH_MONTH = re.compile(r"(?<![\w./-])(0?[1-9]|1[0-2])/(1[2-5]\d\d|19\d\d|20\d\d)(?![\w/-]|\.\d)")
CLOCK = re.compile(
    r"(?<![\w:.])(?:(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d)?(?![\d:])(?: ?(?:[ap]\.?m\b\.?|hrs\b|hours\b"
    r"|GMT\b|UTC\b|local time\b))?"
    r"|(?:1[0-2]|0?[1-9])(?:\.[0-5]\d)? ?(?:[ap]\.m\.|[ap]m\b)|(?:[01]\d|2[0-3])[0-5]\d (?:hrs|hours|GMT"
    r"|UTC)\b|[0-9OIl]{1,2}:[0-9OIl]{2}(?=\s|$))"
)
DECADE = re.compile(r"(?<!\w)((?:19|20)\d0)'?s\b")
_UNIT = r"(?:day|week|month|year|decade|century|quarter|hour|minute)"
_COUNT = (
    r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|fifteen|twenty|thirty|forty|fifty|sixty|several|few|couple of|many|some|a|an)"
)
RELATIVE = re.compile(
    rf"\b(?=\w)(?!(?:[Ll]ast|[Ff]ollowing|[Nn]ext) (?:hour|minute)\b|[Ll]ast day\b)(?:(?:[Ll]ast|[Nn]ext"
    rf"|[Pp]revious|[Ff]ollowing|[Pp]ast|[Cc]oming|[Pp]receding|[Rr]ecent|[Uu]pcoming) (?:{_COUNT} "
    rf")?{_UNIT}s?"
    rf"|[Tt]his (?:{_UNIT}|morning|afternoon|evening|{_WEEKDAY})(?!s)|(?:[Ll]ast|[Nn]ext|[Tt]his|[Pp]ast"
    rf"|[Ff]ollowing) (?:{_WEEKDAY}|{_CLEAN_MONTH}|spring|summer|autumn|winter|fall|night)"
    rf"|{_COUNT}(?: more)? {_UNIT}s? (?:ago|later|earlier|hence|from now|(?:before|on)(?= ?[.,;:)]| and | \(|$))"
    r"|[Yy]esterday|[Tt]omorrow|[Tt]oday|[Tt]onight|near future|foreseeable future|(?:the )?(?:end"
    r"|beginning|start|middle) of (?:the|this|last|next) (?:year|month|week|decade)"
    rf"|(?:[Tt]he )?day (?:before|after)(?: yesterday| tomorrow)?(?= |\.|,)|(?:the )?same (?:day|week|month"
    rf"|year)|{_WEEKDAY}(?:s(?=\b))?|(?:current|present) (?:month|year|week|decade))\b"
)
MONTH_ALONE = re.compile(rf"(?<![\w'-])(?P<m>{FULL_MONTH})(?![\w'-]|\.\w)")
MONTH_BEFORE = re.compile(
    r"\b(?:in|of|since|by|until|till|last|next|this|early|late|mid|from|to|during|through|before|after|and"
    r"|between)[ -]$",
    re.IGNORECASE,
)
MARKED_YEAR = Sought(
    " year ",
    r"(?:\b(?:[Pp]ersian|[Ii]ranian|[Ss]olar|[Jj]alali|[Ss]hamsi)(?: calendar)?(?: [Hh]ijri)? year (?:of "
    r")?(?P<x>(?P<y>1[2-5]\d\d))\b)|(?!x)x",
)
YEAR = re.compile(r"(?<![\w.,/:$€£#+@&=%-])(?P<y>[12][0-9O][0-9OIlSB|]{2})(?![\w%°$€£/]|:\S|[.,-]\d)")
YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|since|of|by|until|till|from|to|year|years|during|before|after|early|late|mid|and|between"
    r"|through|around|about|circa|back in|dated|or|as of"
    r"|spring|summer|autumn|winter|fall|budget|season|election|elections|edition|report|review|yearbook"
    r"|bulletin|budget|into|beyond|towards|throughout|returned|released|expelled|appointed|elected|born|retired|died"
    r"|founded|established)[ -]|[(\[]|\b(?:date|birth|DOB) ?: ?|\| ?)$",
    re.IGNORECASE,
)
_FOR_YEAR = re.compile(r"(?<!\w)for (?:19|20)\d\d(?=[.,;)](?!\d)| (?:and|or|has|have|had|was|were|is|are)\b)")
YEAR_AFTER = re.compile(
    r"(?:[)\].;,]| (?:presidential|parliamentary|general|election|budget|agreement|deal|accord|summit|war"
    r"|invasion|report|letter|memorandum|meeting|session|protocol"
    r"|decree|law|act|treaty|plan|annexation|revolution|coup|crisis|sanctions|resolution|conference|annual"
    r"|fiscal|figures|data|edition|interview|speech|talks|uprising|protests|pandemic)\b)"
)


def led_to(text: str, at: int) -> bool:
    """Whether what stands before the number at a place says that it is a year: "since 2023", "its dues for 2023"."""
    return bool(YEAR_BEFORE.search(text[max(0, at - 24) : at]) or _FOR_YEAR.match(text, max(0, at - 4)))


_ENTRY = re.compile(r"^[ \t]*(?:[-*•] ?)?(?P<y>(?:19|20)\d\d)(?=:|\.? ?[–—-]|\.? {1,12}[A-Z])", re.MULTILINE)


def chronology_years(text: str) -> frozenset[int]:
    """Where the years stand that begin the lines of a chronology: three or more, in order of time or against it."""
    found = [(m.start("y"), m["y"]) for m in _ENTRY.finditer(text)]
    years = [year for _, year in found]
    ordered = len(found) > 2 and (years == sorted(years) or years == sorted(years, reverse=True))
    return frozenset(at for at, _ in found) if ordered else frozenset()


NOT_A_YEAR_BEFORE = re.compile(
    r"(?:\b(?:[Nn]o|[Nn]os|[Nn]umber|[Rr]esolution|[Aa]rticle|[Pp]age|[Pp]aragraph|[Rr]oom|[Ff]light|ISO"
    r"|RFC|UNSCR|[Rr]ef|[Cc]ode|[Ss]ection|[Bb]ox|[Tt]el|[Pp]hone|[Rr]egulation"
    r"|[Ss]ome|[Nn]early|[Aa]lmost|[Oo]ver|than|[Aa]pproximately|[Rr]oughly|[Uu]nit|[Bb]uilding|[Mm]odel"
    r"|[Ff]ile|[Ll]etter|[Cc]ircular|[Gg]ate|[Ss]eat|[Ss]uite|[Ll]ot|[Cc]ase|[Rr]oute|[Ww]arehouse|[Ll]ocker|[Bb]erth"
    r"|[Pp]latform|[Tt]rain|[Cc]onvoy|[Hh]ull|[Oo]rder|[Dd]ecision|[Dd]irective|[Ll]aw|[Aa]ct|[Ss]tandard"
    r"|[Ii]nvoice|[Aa]ccount|[Ee]xt(?:ension|n)?|[Tt]icket|[Cc]ustomer|[Ss]erial|[Dd]ocket|[Vv]oucher|[Cc]hannel|[Bb]us|IMO|MMSI|CFSP|EEC"
    r"|EU|EC|IR)\.? ?:? ?(?:\w{1,3}[-/])?|[$€£#]"
    r"|(?:esolution|tatute|egulation|ecision|irective|aw|rder|ct)s? \d{1,4} \(|\xa9[^\n\xa9]{0,23})$"
)
ADDRESS_AFTER = re.compile(
    r" (?:[A-Z][\w'.-]{1,20} ){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Place|Square|Quay|Terrace"
    r"|Parkway|Highway|Way|Court|Row|Crescent)\b"
)
"""What stands after the number of a house: 1945 Harbour Road."""
EDITION_BEFORE = re.compile(
    r"\b(?:Windows(?: Server)?|(?:SQL|Exchange|Office) Server|SharePoint|Office|Word|Excel|Outlook|AutoCAD|Photoshop"
    r"|Visual Studio|Radio|Studio|Club|Bar|Caf[eé]|Hotel|Channel) $"
)
"""A name that a number belongs to: Windows Server 2016, Radio 1984."""
VERSION_BEFORE = re.compile(r"\b(?:[Vv]ersion|[Rr]elease|[Bb]uild|[Ff]irmware|[Pp]atch|[Uu]pdate|v|ver)\.? ?$")
CODE_BEFORE = re.compile(
    r"(?<![\w-])(?:(?!UN |EU |US |UK |AU |AD |CE |AH |FY |CY |AM |SH |MY |In |IN |OF |BY |TO |ON )[A-Z]{2}"
    r"|[A-Z]\d|\d[A-Z]|(?:[Ff]lights?|[Tt]rains?|[Bb]us|[Rr]oute|[Vv]oyage|[Ss]ervice)(?: no\.?| number)? [A-Z]{1,4}) $"
)
"""The letters of a code before its number: flight LH 2022."""
NUMBERED_BEFORE = re.compile(
    r"\b(?i:bulletins?|notices?|issues?|decrees?|judge?ments?|opinions?|protocols?|instructions?|recommendations?|memos?"
    r"|announcements?|communications?|regulations?|decisions?|resolutions?|laws?|acts?|orders?|cases?|files?|circulars?"
    r"|papers?|tenders?|contracts?|permits?|licen[cs]es?|protocol|claims?|complaints?|petitions?|minutes|document)"
    r"(?: (?:no|nr|number)\.?)?(?: \([A-Z]{2,8}\))?:? $"
    r"|\b[A-Z]{2,5}(?: [A-Z]{2,5}|/[A-Z]{2,5}){1,2} $"
)
"""What has a number and the year of it: bulletin 7/2020, OL PER 2/2023."""
ABOUT_BEFORE = re.compile(r"\b([Aa]round|[Aa]bout|[Cc]irca|[Cc]a?\.|[Aa]pprox(?:imately|\.)) $")
BORN_BEFORE = re.compile(r"\b(?:DOB|[Bb]orn|[Bb]irth) ?:? (?:in )?[Aa]pprox(?:imately|\.) $")
"""A year after it is one, whatever `NOT_A_YEAR_BEFORE` says."""
NOT_A_YEAR_AFTER = re.compile(
    r" ?(?:people|persons|tons?\b|tonnes|barrels|dollars|euros|rials|roubles|rubles|yuan|million|billion"
    r"|thousand|km\b|kilomet|met(?:er|re)s|companies|countries|pages|words"
    r"|firms|banks|employees|soldiers|troops|men|women|workers|members|vessels|ships|tankers|trucks|units"
    r"|items|copies|shares|USD|EUR|MW|kg|percent|per cent|bpd|containers|wagons|staff|delegates"
    r"|participants|letters|documents|files|entities|individuals|sanctions\b(?! [a-z]))"
)
FROM_TO = re.compile(r"\b[Ff]rom (?P<a>\d{4}) to (?P<b>\d{4})\b")
MONTH_SURE = re.compile(
    r"\b(?:in|of|since|until|till|last|next|this|early|late|mid|during|through|before|after)[ -]$", re.IGNORECASE
)
"""Words before a month's name after which it is the month, whatever follows."""
NAME_AFTER = re.compile(r" [A-Z][a-z'-]{1,25}")
NOUN_BEFORE = re.compile(r"(?<![\w'-])[a-z]{3,20} $")
ACT_BEFORE = re.compile(
    r"(?:[Rr]esolutions?|UNSCR|[Dd]ecision|[Rr]egulation|[Dd]irective|[Ll]aw|[Aa]ct)s?(?: No\.?)? [\w/.-]{1,16} \($"
)
"""A year in parentheses after the number of a resolution or law is the year of that text."""
PERSIAN_CALENDAR = re.compile(
    r"\b(?:Farvardin|Ordibehesht|Khordad|Mordad|Shahrivar|Aban|Bahman|Esfand|(?:Persian|Iranian|Jalali"
    r"|Shamsi|solar) (?:calendar|year))\b|[\u0600-\u06ff]{3}"
    r"|(?<!\d)1[34]\d\d[/-]\d{1,2}[/-]\d{1,2}(?!\d)"
)

_A = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff"
_FA_WEEKDAY = r"(?:یکشنبه|یک شنبه|دوشنبه|دو شنبه|سه شنبه|سهشنبه|چهارشنبه|چهار شنبه|پنجشنبه|پنج شنبه|شنبه|جمعه)"
_FA_MONTH = "(?P<m>" + alternatives([n for n in MONTHS if not n.isascii()]) + ")"
_FA_Y = r"(?P<y>1[2-5]\d\d|19\d\d|20\d\d)"
FA_DAY_MONTH = re.compile(
    rf"(?<![\w])(?:{_FA_WEEKDAY}[ ،]{{1,2}})?(?:مورخ )?(?P<x>(?P<d>[0-3]?\d)(?: ?ام| ?م)? {_FA_MONTH}(?: "
    rf"ماه)?(?:(?:،)? ?(?:سال )?{_FA_Y})?)(?![\w])"
)
FA_MONTH_YEAR = re.compile(rf"(?<![{_A}\w]){_FA_MONTH}(?: ?ماه)?(?: سال)? {_FA_Y}(?!\w)")
FA_YEAR = re.compile(
    rf"(?<![{_A}])(?:سال|سالهای|سال های) (?P<x>(?P<y>1[2-5]\d\d|19\d\d|20\d\d|[6-9]\d)(?!\w)(?P<lunar> "
    rf"(?:ه?ـ?\.? ?ق\b|قمری))?)"
)
FA_OPEN = re.compile(
    rf"(?<![{_A}])(?:امروز|دیروز|فردا|پریروز|(?:هفته|ماه|سال|روز|دهه) (?:های |ها ی )?(?:گذشته|آینده|جاری"
    rf"|قبل|بعد|پیش)|(?:روزهای|هفتههای|هفته های|ماههای|ماه های|سالهای|سال های) (?:گذشته|آینده|اخیر)|آینده "
    rf"نزدیک|{_FA_WEEKDAY})(?![{_A}])"
)

FIRST_YEAR, LAST_YEAR = 1200, 1500
_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_EPOCH = dt.date(1821, 3, 21)  # 1 Farvardin 1200


def is_leap(year: int) -> bool:
    """Whether the Persian year has 366 days."""
    return year % 33 in _LEAP_REMAINDERS


def _new_year(year: int) -> dt.date:
    days = sum(366 if is_leap(y) else 365 for y in range(FIRST_YEAR, year))
    return _EPOCH + dt.timedelta(days=days)


def month_length(year: int, month: int) -> int:
    """Days of a Persian month (1 Farvardin to 12 Esfand)."""
    return 31 if month <= 6 else 30 if month <= 11 else 30 if is_leap(year) else 29


def to_gregorian(year: int, month: int = 1, day: int = 1) -> dt.date:
    """The Gregorian date of a Persian one; ValueError where there is no such day or the year is outside 1200-1500."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        raise ValueError(f"no such Persian date: {year}-{month}-{day}")
    before = sum(month_length(year, m) for m in range(1, month))
    return _new_year(year) + dt.timedelta(days=before + day - 1)


def month_span(year: int, month: int) -> str:
    """A Persian month as an EDTF interval of Gregorian days."""
    return f"{to_gregorian(year, month, 1)}/{to_gregorian(year, month, month_length(year, month))}"


def year_span(year: int) -> str:
    """A Persian year as an EDTF interval of Gregorian days."""
    return f"{to_gregorian(year)}/{to_gregorian(year, 12, month_length(year, 12))}"
