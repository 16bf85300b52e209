"""Bounces of every make.

`verdict` says which of our mails came back and whose fault that is. `status_reports` finds the failure in a
report of RFC 3464, `texts` in one that is text for a person, with the `phrases` of mail servers. `origin`
finds out which mail it is about.
"""
