"""Turn TeX into plain text; a library of its own, which knows nothing of papers and mails.

`readable` converts running text, `formula` a formula; `signs` decides whether a sign is TeX at all.
`patterns`, `symbols` and `spacing` are their tables and rules.
"""
