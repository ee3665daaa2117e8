"""The words that letters of this genre use for their parts, in English and Persian."""

from __future__ import annotations

import re

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
LABEL = re.compile(
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
CLOSING = re.compile(
    r"^\s*(?:May we be|Wassalam|Yours|Sincerely|Respectfully|With (?:best |kind )?(?:regards|respect)"
    r"|Best regards|Regards|Faithfully|Thank you|با تشکر|با سپاس|والسلام|من الله)[^\n]{0,70}$",
    re.IGNORECASE,
)
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
