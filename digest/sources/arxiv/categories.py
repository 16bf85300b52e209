"""arXiv's subject categories. Source: https://arxiv.org/category_taxonomy"""

_CLASSES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS "
    "PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn "
    "gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}

ARCHIVES = frozenset(_CLASSES)
"""Archives that are divided into subject classes, such as `cs`."""

ALIASES = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}
"""Categories with two names, and the one that arXiv's answers use."""

CATEGORIES = frozenset(
    f"{archive}.{name}" for archive, names in _CLASSES.items() for name in names.split()
) | {
    "gr-qc",
    "hep-ex",
    "hep-lat",
    "hep-ph",
    "hep-th",
    "math-ph",
    "nucl-ex",
    "nucl-th",
    "quant-ph",
}
"""Every category that a paper can be in, aliases included."""


def canonical(category: str) -> str:
    """The name that arXiv's answers use."""
    return ALIASES.get(category, category)


def pattern(category: str) -> str:
    """What finds a category in arXiv's search: itself, an alias's canonical name, or `cs.*` for the archive
    `cs`."""
    return f"{category}.*" if category in ARCHIVES else canonical(category)


def archive_of(category: str) -> str:
    """The archive that a category belongs to: `cs` for `cs.LG`; an archive is its own."""
    return canonical(category).partition(".")[0]


def categories_of(archive: str) -> tuple[str, ...]:
    """The categories of an archive, by the names that arXiv's answers use; none if it has no classes."""
    return tuple(sorted(name for name in CATEGORIES - ALIASES.keys() if name.startswith(f"{archive}.")))


ALL_ARCHIVES = frozenset(archive_of(category) for category in CATEGORIES)
"""Every archive, divided or not."""
