"""Announce new papers at GitHub, so that everybody who watches a repository gets a mail from GitHub.

`announcer` decides what is announced and when; `body` and `text` write it; `issues`, `discussions` and
`releases` are the kinds of a `board`, over a `client` of GitHub's API.
"""
