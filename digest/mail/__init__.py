"""From a digest to a delivered message.

`content/` writes it (titles, abstracts, layout), `tex/` turns TeX into text, `mime` makes the message,
`builder` joins these. `smtp/` and `file_transport` deliver it; `inbound/` reads what comes back.
"""
