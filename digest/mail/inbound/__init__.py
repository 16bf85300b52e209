"""What comes back by mail.

`mailboxes` reads the messages of a Maildir, an mbox or a file; `mime` takes them apart within limits;
`parser` finds out what each is, with `requests`, `complaints` and `bounces`; `answers` has the records.
`automatic` tells what programs write from what people write.

`requests` is made of `text` (charsets), `own_text` (what is not quoted), `said` (a subject or a line, without
what gateways made of it) and `wishes` (with its `phrases`).
"""
