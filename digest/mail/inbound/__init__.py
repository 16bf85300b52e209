"""What comes back by mail.

`mailboxes` reads the messages of a Maildir, an mbox or a file; `mime` takes them apart within limits;
`parser` finds unsubscribe requests and bounces in them.
"""
