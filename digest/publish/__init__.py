"""Publish the archive: one class for each place, each a pipeline.ports.Archive.

`readme` keeps it in a README.md, between the markers that `markers` finds; `page` fills in the template with
text that `markdown` has escaped. `feeds` and `search_page` make files of it, and write none. A further place
is a module here and a line in `bootstrap`.
"""
