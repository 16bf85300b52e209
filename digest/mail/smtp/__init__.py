"""Delivery by SMTP.

`transport` sends a mail, phase by phase; `connection` logs in, sends commands and wraps smtplib; `network`
connects and encrypts; `limits` says how long each step and a whole mail may take; `replies` decides what a
server's reply means.
"""
