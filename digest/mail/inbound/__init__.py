"""What comes back by mail.

`mailboxes` reads the messages of a Maildir, an mbox or a file; `mime` takes them apart within limits;
`parser` finds out what each is, with `requests` and `bounces`; `answers` has the records.
"""
