"""What is wrong with a text that is not YAML, in words that say what to do.

The phrases on the left are libyaml's own: https://github.com/yaml/libyaml (scanner.c, parser.c, loader.c)
"""

_REMEDIES = {
    "did not find expected ',' or ']'": "a list in brackets is not closed before this; write [one, two]",
    "did not find expected ',' or '}'": "keys in braces are not closed before this; write {key: value}",
    "found unexpected end of stream": "a quote was opened and never closed; close it",
    "found undefined alias": 'a text that begins with "*" is an alias, and nothing has that name; '
    "if a text is meant, put it in quotes",
    "but found another document": 'a second document begins here; delete the line "---"',
    "did not find expected '-' indicator": "this line does not line up with the list above; "
    "indent it as its neighbours are",
    "mapping values are not allowed in this context": "a colon where none is possible; put a text that has "
    "one in quotes, and give keys of one level the same indentation",
    "did not find expected key": "this does not line up with the keys above, or follows a closed quote; "
    "indent it as its neighbours are",
    "could not find expected ':'": 'a key without a colon stands before this; write "key: value"',
    "found unknown escape character": "a backslash in double quotes has a meaning of its own; "
    "use single quotes",
}


def explain(phrase: str, character: str) -> str:
    """A problem and its remedy, from libyaml's phrase and the character at which it stopped."""
    if character == "\t":
        return "a tab; indent with spaces"
    if phrase == "found character that cannot start any token":
        return f'a text cannot begin with "{character}"; put it in quotes'
    return _REMEDIES.get(phrase, f"not YAML ({phrase}); put texts with special characters in quotes")
