"""Split a text into its sentences, as authors of papers write them.

A dot ends no sentence in `et al. (2026)`, `e.g. this`, `Fig. 3`, `3.5`, `vs. that`, `A. Example`.
"""

import re
from itertools import pairwise

# Where a sentence may end, with the quotes and brackets that close there. The next one begins with a small
# letter only in names such as `iTool`, and some authors forget the space between the two.
_END = re.compile(
    r"[.?!…][\"'”’)\]]{0,3}"
    r"(?:\s+(?=[^\sa-z]|[a-z]{1,3}[A-Z])|(?<=[a-z]{3}\.)(?=[A-Z][a-z]*[\s,]))"
)

_NEVER = re.compile(
    r"(?:^|[\s(\[“\"'~])(?:e\.?\s?g|i\.?\s?e|vs|cf|viz|resp|approx|ca|incl|w\.r\.t|[Ff]igs?|[Ee]qs?|[Ss]ecs?|[Rr]efs?"
    r"|[Tt]abs?|[Nn]os?|[Vv]ol|pp|var|sp|spp|Drs?|Profs?|Mrs?|Ms|St|Jr|Sr|Thm|Def|Prop|Ch|Chap|Sect|App|Alg)\.$"
)

# After these a sentence ends only where the next word often begins one.
_SELDOM = re.compile(r"(?:^|[\s(.\[-])(?:[^\W\d]|al|etc|a\.k\.a|i\.i\.d|U\.S|Inc|Ltd|Co|Corp)\.$")

# `Papyrus P. 5`, `Vol. 3`: hardly a sentence begins with a number, and after a short name none does.
_NUMBERED = re.compile(r"(?:^|[\s(])[A-Z]\w{0,5}\.$")

_OPENER = re.compile(
    r"(?:A|Across|Additionally|All|An|As|At|Based|Both|By|Code|Despite|Each|Experiments|Extensive|Finally|First|For"
    r"|From|Furthermore|Given|Here|Hence|How|However|If|In|It|Moreover|Motivated|Notably|On|Our|Recent|Results|Since"
    r"|Specifically|Such|The|Then|There|These|They|This|Thus|To|Under|Unlike|Using|We|What|When|While|With)\b"
)
_BEFORE = 12
"""So many characters before a dot tell whether it ends a sentence."""


def sentence_starts(text: str) -> tuple[int, ...]:
    """Where each sentence of a text begins; the first begins at 0."""
    return (0, *(end.end() for end in _END.finditer(text) if end.end() < len(text) and _ends(text, end)))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without the spaces between them."""
    return tuple(text[start:end].strip() for start, end in pairwise((*sentence_starts(text), len(text))))


def _ends(text: str, end: re.Match[str]) -> bool:
    """Whether what looks like the end of a sentence is one."""
    if end[0][0] != ".":
        return True
    before = text[max(0, end.start() - _BEFORE) : end.start() + 1]
    if _NEVER.search(before) or (text[end.end()].isdigit() and _NUMBERED.search(before)):
        return False
    return not _SELDOM.search(before) or bool(_OPENER.match(text, end.end()))
