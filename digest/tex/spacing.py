"""Put the spaces of a formula: where its author left them, and around relations and names."""

import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from digest.tex.symbols import is_operator, is_relation

_OPENING = frozenset("([{,=<>")
_CLOSING = frozenset(")]}′…")
_APPLIED_TO = frozenset("√∑∏∫|‖⌈⌊")


class Kind(Enum):
    """How an atom of a formula is spaced from its neighbours."""

    ORDINARY = auto()
    RELATION = auto()
    OPERATOR = auto()
    NAME = auto()
    SCRIPTED = auto()
    """Ends in a script of ordinary letters or a root, and needs a space before a letter."""
    FRACTION = auto()


@dataclass(frozen=True, slots=True)
class Atom:
    """What is spaced as a whole: a symbol, a word, a group, with its scripts."""

    shown: str
    kind: Kind = Kind.ORDINARY
    spaced: bool = False
    """Whether its author left a space before it."""


def symbol(character: str) -> Atom:
    """The atom of a single symbol."""
    if is_relation(character):
        return Atom(character, Kind.RELATION)
    return Atom(character, Kind.OPERATOR if is_operator(character) else Kind.ORDINARY)


def kind(atom: Atom, before: list[Atom]) -> Kind:
    """The kind of the atom after those before it; a sign with nothing to its left is ordinary: `≤5`."""
    signs = (Kind.RELATION, Kind.OPERATOR)
    alone = not before or before[-1].kind in signs or before[-1].shown[-1:] in _OPENING
    return Kind.ORDINARY if atom.kind in signs and alone else atom.kind


def line(atoms: list[Atom]) -> str:
    """The atoms as one line; a fraction that touches a neighbour is put in parentheses."""
    shown = ""
    last: Atom | None = None
    for atom, following in zip(atoms, (*atoms[1:], None), strict=False):
        apart = atom.spaced or (last is not None and _apart(last, atom))
        cramped = atom.kind is Kind.FRACTION and (_touches(last, apart) or _is_touched(following))
        shown += f"{' ' if apart else ''}{f'({atom.shown})' if cramped else atom.shown}"
        last = atom
    return shown


def _apart(last: Atom, atom: Atom) -> bool:
    """Whether the two need a space between them that their author did not type."""
    kinds, begins = (last.kind, atom.kind), atom.shown[:1]
    if Kind.RELATION in kinds or (last.kind is Kind.OPERATOR and last.spaced):
        return True
    if last.kind is Kind.NAME:
        return begins.isalnum() or begins in _APPLIED_TO or atom.kind is Kind.NAME
    if atom.kind is Kind.NAME:
        return _ends_word(last.shown)
    return last.kind is Kind.SCRIPTED and begins.isalnum()


def _ends_word(shown: str) -> bool:
    end = shown[-1:]
    return end.isalnum() or end in _CLOSING or bool(end and unicodedata.combining(end))


def _touches(last: Atom | None, apart: bool) -> bool:
    return last is not None and not apart and _ends_word(last.shown)


def _is_touched(following: Atom | None) -> bool:
    if following is None or following.spaced or following.kind in (Kind.RELATION, Kind.NAME):
        return False
    begins = following.shown[:1]
    return begins.isalnum() or begins in _APPLIED_TO or begins in _OPENING
