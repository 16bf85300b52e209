"""The words by which a sentence tells that it says what its paper does, and what each is worth.

Tuned by eye on abstracts of arXiv; the names below are those of the patterns that the tables are made of.
"""

import re
from collections.abc import Sequence


def _one_of(text: str) -> str:
    return f"(?:{'|'.join(text.split())})"


_START = r"^[\"'“‘(]?"

_PAPER = _one_of(
    "paper work article study letter thesis dissertation report notes? survey review chapter manuscript book"
    " tutorial communication essay perspective monograph contribution overview position project"
)
_THIS_PAPER = rf"(?:this|these|the|our|(?:the|this|our) (?:present|current)) (?:\w+ ){{0,2}}?{_PAPER}s?\b"

_ADVERB = (
    r"(?:also|then|first|further|thus|therefore|hence|here|now|next|instead|will|both|have|\w+ly"
    r"|(?:aim|attempt|seek|try) to)"
)
_WE = rf"(?<!that )(?<!which )(?<!what )\b(?:we|(?-i:I)|the authors?)(?:,? {_ADVERB},?){{0,3}} "

# Stems of verbs: of what is new with the paper, and of other research.
_MAKES = (
    _one_of(
        "propos introduc present develop design devis formulat construct creat build built establish"
        " prove deriv describ contribut extend generali[sz] unif[yi] curat implement address tackl bridg"
        " fill reinterpret recast conceptuali[sz] operationali[sz] instantiat outlin survey review"
        " systemati[sz] offer resolv solv rethink formali[sz] clos[ei] recapitulat summari[sz] initiate"
        " take\\sa put\\sforward"
    )
    + r"\w*\b"
)
_STUDIES = (
    _one_of(
        "stud[yi] investigat examin analy[sz] explor show demonstrat find found discover identif reveal"
        " report evaluat benchmark compar assess characteri[sz] quantif measur test ask argu consider"
        " revisit discuss observ uncover determin estimat simulat calculat comput detect predict model"
        " map improv confirm focus aim seek challeng conduct perform adapt appl[yi] explain highlight"
        " optimi[sz] obtain train leverag employ combin integrat validat carr[yi] us[ei] utili[sz]"
        " prob[ei] collect search trac[ei] provid giv advanc defin"
    )
    + r"\w*\b"
)
_MADE = _one_of(
    "proposed presented introduced developed derived constructed established reported investigated studied"
    " examined analy[sz]ed explored"
)
_IS = "(?:is|are|was|were)"
_AIM = r"(?: \w+)? (?:contribution|aim|goal|purpose|objective)s?"
_RESULTS = "(?:results|findings|experiments|evaluations?|analys[ei]s|simulations)"
_SOLVE = _one_of("address overcome tackle bridge fill close solve mitigate study answer resolve test")
_NO_ACTION = _one_of(
    "can cannot could know need must are were have had live often call expect see should do would may"
)

_CUES = (
    (20, rf"{_WE}{_MAKES}"),
    (20, rf"\b(?:in|with|through) {_THIS_PAPER}.*?\b(?:we|(?-i:I)|{_IS})\b"),
    (20, rf"{_START}(?:here(?:in)?|to this end|in response|to {_SOLVE})\b.*?\bwe\b"),
    (20, rf"(?:{_START}|, ){_THIS_PAPER}(?: {_ADVERB})? {_MAKES}"),
    (18, rf"(?:{_START}|, ){_THIS_PAPER}(?: {_ADVERB})? {_STUDIES}"),
    (18, rf"\bour{_AIM} {_IS}\b"),
    (18, rf"\bthe{_AIM} of {_THIS_PAPER}.*?\b{_IS}\b"),
    (18, r"\bwe\b.* by \w+ing\b"),
    (17, rf"{_WE}{_STUDIES}"),
    (16, rf"{_START}this \w+ (?:proposes|presents|introduces|develops|describes)\b"),
    (14, rf"\b{_IS}(?: \w+ly)? {_MADE}\b(?! by [A-Z])"),
    (14, r"\b(?:closes|fills|bridges|addresses|resolves|overcomes) (?:this|these|the) \w+"),
    (13, rf"(?:{_START}|[,;:)] ){_WE}(?!{_NO_ACTION}\b)\w+"),
    (13, rf"{_START}(?:\w+, )?(?:this|the present|these) (?:\w+ )?{_PAPER}\b"),
    (12, rf"{_START}our (?!(?:\w+ )?{_RESULTS}\b)"),
    (10, rf"\b{_RESULTS}\b.*?\b(?:show|demonstrat|suggest|indicat|reveal|confirm)"),
    (10, r"\b(?:outperform|achiev|improv|reduc|surpass|exceed|attain|yield|reach)\w*\b.*\d"),
    (8, rf"\b{_IS} (?:a|an|the first) (?:\w+ )?(?:new|novel|first|open-source)\b"),
    (8, r"\b(?:a|an) (?:new|novel)\b"),
    (6, r"\bwe\b"),
)
"""A sentence is worth as many points as the first of these that it has."""

_REMARKS = (
    (12, rf"\b(?:previous|prior|earlier|recent|existing) (?:\w+ )?(?:{_PAPER}s|work|research)\b.* we\b"),
    (
        12,
        r"\b(?:previously|recently,? we|companion \w+|Part I\b|in (?:prior|previous|earlier) work)",
    ),
    (12, r"\b(?:can|could|do|should) we\b"),
    (10, r"\b(?:code|data|datasets?|models?|software|implementation|website)\b.*\bavailable\b"),
    (10, r"\bwe (?:\w+ )?(?:release|open-source|publish|make|hope|believe|conclude)\b"),
    (8, r"\bwe (?:also|further|furthermore|additionally|finally)\b"),
    (6, rf"{_START}(?:finally|additionally|furthermore|moreover|also|in addition|lastly|besides|overall)\b"),
    (6, rf"{_START}(?:second|third|consequently|as a result|taken together|together|subsequently)\b"),
    (6, rf"{_START}(?:with this|with these|these|for each)\b"),
    (6, r"\b(?:paves?|lays?|opens?|underscores?|highlights?|suggests?) (?:the|a|new|up|that)\b"),
    (5, r"\bwe (?:then|next)\b"),
    (4, rf"{_START}(?:however|despite|although|while|for (?:example|instance))\b(?!.*\bwe\b)"),
    (3, r"\bwe (?:\w+ly )?(?:provide|give|evaluate|test|validate|compare|use|apply|discuss)\b"),
)
"""What is taken off for each of these: the sentence adds to another one, or speaks of other papers."""


def _compiled(table: Sequence[tuple[int, str]]) -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((points, re.compile(pattern, re.IGNORECASE)) for points, pattern in table)


_POINTS, _DEDUCTIONS = _compiled(_CUES), _compiled(_REMARKS)


def score(sentence: str) -> int:
    """How clearly the sentence says what its paper does."""
    points = next((points for points, cue in _POINTS if cue.search(sentence)), 0)
    return points - sum(off for off, remark in _DEDUCTIONS if remark.search(sentence)) if points else 0
