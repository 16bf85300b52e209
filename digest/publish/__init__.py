"""Publish the archive: `archive` writes README.md and what it leads to, in the right order.

`publishers` lists what is published; each publisher is a pure function from sections to files. `readme` has
the part between the markers, `own_pages` the pages of keywords and months, `feeds` and `search_page` what
their names say; `folder` writes them. `page` fills in the templates with text that `markdown` has escaped.
"""
