"""Recognise conferences and journals by the names that authors write, and the year beside them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference or a journal, by its usual short name."""

    name: str
    year: int | None = None


_SAME = (
    "ICML ICLR CVPR ECCV ICCV WACV BMVC ACCV 3DV EMNLP NAACL EACL AACL TACL COLM COLING LREC"
    " CoNLL AAAI IJCAI ECAI AISTATS UAI COLT ALT KDD WWW SIGIR ECIR CIKM WSDM RecSys UMAP ICDE"
    " SIGMOD VLDB PVLDB EDBT PODS ICDM SDM PAKDD ICRA IROS CoRL ICASSP INTERSPEECH Interspeech"
    " ASRU SLT MICCAI MIDL ISBI IPMI SIGGRAPH CHI CSCW UIST IUI FAccT AIES ICSE FSE ASE ISSTA MSR"
    " OOPSLA PLDI POPL ASPLOS ISCA MICRO HPCA DAC ICCAD OSDI SOSP NSDI MLSys EuroSys CCS NDSS"
    " SaTML INFOCOM SIGCOMM MobiCom GLOBECOM WCNC ISIT ITW CDC ACC ECC L4DC STOC FOCS SODA ITCS"
    " ICALP ESA SoCG LICS CAV TACAS AAMAS ICAPS ICWSM GECCO CLeaR AutoML TMLR JMLR ISMIR PoPETs"
    " PETS ICPR ICIP ICME MMM IJCNN ICANN ESANN SIGCSE ITiCSE EDM AIED LAK NeSy CogSci ICSME SANER"
    " EASE RE LoG MNRAS JHEP JCAP PNAS PRL PRX IJCB"
)
_NAMES = (
    (
        "NeurIPS",
        r"N(?:eur|EUR)[Ii][Pp][Ss]|NIPS|Neural Information Processing Systems",
    ),
    ("ICML", r"International Conference on Machine Learning(?! and| App)"),
    ("ICLR", r"International Conference on Learning Representations"),
    ("TACL", r"Transactions of the (?:ACL|Association for Computational Linguistics)"),
    ("EMNLP", r"Empirical Methods in Natural Language Processing"),
    (
        "NAACL",
        r"(?:Nations|North American Chapter) of the (?:\w+ ){0,4}Association for Computational Ling\w+",
    ),
    ("EACL", r"European Chapter of the (?:ACL|Association for Computational Linguistics)"),
    ("ACL", r"ACL|Association for Computational Linguistics"),
    ("COLING", r"International Conference on Computational Linguistics"),
    ("COLM", r"Conference on Language Model\w*"),
    ("CVPR", r"Computer Vision and Pattern Recognition"),
    ("ECCV", r"European Conference on Computer Vision"),
    ("WACV", r"Winter Conference on Applications of Computer Vision"),
    ("ICCV", r"International Conference on Computer Vision(?! and)"),
    ("AAAI", r"AAAI Conference on Artificial Intelligence"),
    ("IJCAI", r"International Joint Conference on Artificial Intelligence"),
    ("AISTATS", r"Artificial Intelligence and Statistics"),
    ("UAI", r"Uncertainty in Artificial Intelligence"),
    ("COLT", r"Conference on Learning Theory"),
    ("KDD", r"Knowledge Discovery and Data Mining"),
    ("WWW", r"(?:ACM |The )?(?<!Semantic )Web Conference|TheWebConf"),
    ("ICRA", r"International Conference on Robotics and Automation"),
    ("IROS", r"Intelligent Robots and Systems"),
    ("CoRL", r"Conference on Robot Learning"),
    ("RSS", r"RSS|Robotics:? Science and Systems"),
    ("RA-L", r"RA-?L|(?:IEEE )?Robotics and Automation Letters"),
    ("ICASSP", r"Acoustics,? Speech,? and Signal Processing"),
    ("MICCAI", r"Medical Image Computing and Computer[- ]Assisted Intervention"),
    ("CDC", r"Conference on Decision and Control"),
    ("ACC", r"American Control Conference"),
    ("ACM MM", r"ACM ?MM|ACM Multimedia|International Conference on Multimedia(?= 20|,|$)"),
    ("RO-MAN", r"RO-?MAN"),
    ("ECML PKDD", r"ECML[- /]?PKDD"),
    ("USENIX Security", r"USENIX Security"),
    ("IEEE S&P", r"IEEE S&P|IEEE Symposium on Security and Privacy"),
    ("JMLR", r"Journal of Machine Learning Research"),
    ("TMLR", r"Transactions (?:on|of) Machine Learning Research"),
    ("TPAMI", r"T-?PAMI|(?:IEEE )?Transactions on Pattern Analysis and Machine Intelligence"),
    ("PNAS", r"Proceedings of the National Academy of Sciences"),
    ("Nature Communications", r"Nature Communications|Nat\. Commun\."),
    ("Scientific Reports", r"Scientific Reports|Sci\. Rep\."),
    ("Science Advances", r"Science Advances|Sci\. Adv\."),
    ("PRL", r"Physical Review Letters|Phys\. ?Rev\. ?Lett\.?"),
    ("ApJL", r"ApJL|ApJ Letters|Astrophysical Journal Letters|Astrophys\. ?J\. ?Lett\.?"),
    ("ApJS", r"ApJS|Astrophysical Journal Supplement"),
    ("ApJ", r"ApJ|(?:The )?Astrophysical Journal|Astrophys\. ?J\."),
    ("AJ", r"AJ|(?:The )?Astronomical Journal"),
    ("MNRAS", r"Monthly Notices of the Royal Astronomical Society|Mon\. ?Not\. ?R\w*\. ?Astron\. ?Soc\."),
    ("A&A", r"A&A|Astronomy (?:&|and) Astrophysics|Astron\. ?Astrophys\."),
    ("JHEP", r"Journal of High Energy Physics|J\. High Energy Phys\."),
    ("JASA", r"JASA|Journal of the American Statistical Association"),
    ("Annals of Statistics", r"(?:The )?Annals of Statistics|Ann\. Statist\."),
    ("Biometrika", r"Biometrika"),
    ("Econometrica", r"Econometrica"),
    ("Bioinformatics", r"Bioinformatics(?! Work)"),
    ("eLife", r"eLife"),
    ("Automatica", r"Automatica"),
    ("Medical Image Analysis", r"Medical Image Analysis"),
    ("Pattern Recognition", r"(?:the journal )?Pattern Recognition(?! and| Letters)"),
    ("Neural Networks", r"Neural Networks(?= journal|, ?\d|\.?$)"),
    ("IEEE Access", r"IEEE Access"),
)
# Series whose name is as it is written.
_OF_NATURE = (
    "Physics|Medicine|Methods|Astronomy|Biotechnology|Computational Science|Machine Intelligence|Materials"
    "|Chemistry|Neuroscience|Human Behaviou?r|Climate Change|Energy|Photonics|Biomedical Engineering|Genetics"
)
_SERIES = (
    rf"(?<!Springer )(?<!Springer-)Nature(?: (?:{_OF_NATURE}))?(?= |,|\.|\)|$)"
    r"|npj [A-Z]\w+(?: [A-Z]\w+)*|PLO?S ?[A-Z]\w+(?: [A-Z]\w+)?|PRX [A-Z]\w+"
    r"|(?:Physical Review|Phys\. ?Rev\.) (?:Applied|Research|Fluids|Materials|[A-EX])\b|PR[A-E]\b"
    r"|(?:IEEE|ACM)(?:/\w+)? (?:Transactions|Trans\.|Journal|Letters) (?:on|of)"
    r" [A-Z]\w+(?:(?: and| in|,)? [A-Z]\w+){0,4}"
    r"|IEEE [A-Z]\w+(?: [A-Z]\w+){0,3} (?:Letters|Magazine|Journal)"
    r"|Journal of [A-Z][\w-]+(?:(?: and| of| in)? [A-Z][\w-]+){0,4}"
)

_KNOWN = re.compile(
    "|".join(
        (
            *(rf"(?P<n{number}>\b(?:{pattern})(?!\w))" for number, (_, pattern) in enumerate(_NAMES)),
            rf"(?P<same>\b(?:{'|'.join(_SAME.split())})(?=\W|20\d\d|$))",
            rf"(?P<series>\b(?:{_SERIES}))",
        )
    )
)
# Any other acronym with a year beside it: `ICTAI 2026`.
_ACRONYM = re.compile(
    r"(?<![\w-])(?P<name>(?!ar[Xx]iv|IEEE|ACM|USENIX|PDF)[A-Z][a-z]{0,3}[A-Z][A-Za-z&]{1,9})[\s-]?"
    r"(?:['’](?P<short>\d\d)|(?P<year>20[0-4]\d))\b"
)
_BESIDE = re.compile(
    r"^(?:\s*[\w&]+)?[\s,:(-]*(?:(?:['’]|(?<=^-))(?P<short>[0-4]\d)|(?P<year>20[0-4]\d))(?!\d)"
)
_ANY_YEAR = re.compile(r"(?<![\d.:/])(20[0-4]\d)(?![\d.]\d)")


def find_venue(text: str) -> Venue | None:
    """The first venue that the text (one line) names, with the year beside it or else the only year named."""
    found = _KNOWN.search(text)
    if not found:
        other = _ACRONYM.search(text)
        return Venue(other["name"], _year(other)) if other else None
    group = str(found.lastgroup)
    name = _NAMES[int(group[1:])][0] if group[0] == "n" else found[0].rstrip(" ,.")
    return Venue(_CASED.get(name, name), _year_after(text, found.end()))


_CASED = {"INTERSPEECH": "Interspeech", "PVLDB": "VLDB"}


def _year_after(text: str, at: int) -> int | None:
    beside = _BESIDE.match(text[at : at + 40])
    if beside:
        return _year(beside)
    years = set(_ANY_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _year(found: re.Match[str]) -> int:
    return int(found["year"] or f"20{found['short']}")
