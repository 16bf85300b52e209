"""Read a phrase, and remark on one that is a search: `NeRF OR "Gaussian Splatting"`."""

from dataclasses import dataclass

from digest.config import fields
from digest.config.offers import Lines, offered_definition, scalar
from digest.config.quoting import quoted
from digest.domain.analyzer import searchable


@dataclass(frozen=True, slots=True)
class Remark:
    """What a text is taken for and what to do. `definition` has the lines to write, if they are clear."""

    problem: str
    definition: Lines = ()

    def text(self, name: str = "") -> str:
        """The problem, and below it the lines; with `name` they are a whole definition of that name."""
        if not self.definition:
            return self.problem
        lines = self.definition
        if name:
            lines = ("keywords:", f"  {scalar(name)}:", *(f"    {line}" for line in lines))
        return "\n".join([f"{self.problem}:", *(f"    {line}" for line in lines)])


def phrase(text: str, *, is_name: bool = False) -> str:
    """A phrase that can be searched for, with single spaces. Raises ValueError.

    `is_name`: the text stands where a keyword can be named, so that a definition of that name is offered.
    """
    tidy = fields.label(text)
    if '"' in tidy:
        raise ValueError(about_quotes(tidy).text(tidy if is_name else ""))
    if not searchable(tidy):
        raise ValueError(f"{quoted(tidy)} has no letter or digit to search for; write a word")
    return tidy


def about_quotes(text: str) -> Remark:
    """The remark on a text with quotes, straight or curly."""
    if len(text) > 2 and not any(char in '"“”' for char in text[1:-1]):
        return Remark(f"{quoted(text)}: a phrase needs no quotes; delete them")
    return about_search(text, f"{quoted(text)}: a quote cannot be searched for")


def about_sign(text: str, sign: str) -> Remark:
    """The remark on a text with this sign or word of a search."""
    return about_search(
        text, f"{quoted(text)} is looked for as one phrase, in which {sign} has no special meaning"
    )


def about_search(text: str, problem: str) -> Remark:
    """The remark on a text that looks like a search, with a definition where its meaning is clear."""
    if definition := offered_definition(text):
        return Remark(f"{problem}; if a search is meant, write", definition)
    return Remark(f"{problem}; delete it, or write a search under `query` in a definition")
