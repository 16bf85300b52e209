"""Reading a mailbox over IMAP.

`mailbox` logs in, opens a folder, reads its messages and marks what was handled; `connection` is the dialogue
within limits of time and size; `refusals` says what a refused login means.
"""
