"""Delivery by SMTP.

`transport` sends a mail, phase by phase; `connection` opens, encrypts and logs in, and wraps smtplib;
`replies` decides what a server's reply means.
"""
