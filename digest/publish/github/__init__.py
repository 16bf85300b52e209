"""A home at GitHub: new papers as issues, discussions or releases, and the state from run to run.

`announcer` decides what is announced and when; `body` and `text` write it; `issues`, `discussions` and
`releases` are the kinds of a `board`, over a `client` of GitHub's API. `saved_state` keeps the state
on a branch.
"""
