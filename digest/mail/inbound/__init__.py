"""What comes back by mail.

`mailboxes` reads the messages of a Maildir, an mbox or a file; `parser` finds unsubscribe requests and
bounces in them.
"""
