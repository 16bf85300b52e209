"""Delivery by SMTP.

`transport` sends a mail, phase by phase; `opening` connects, encrypts and logs in, by means of `network`,
`login` and `token`; `connection` sends commands and wraps smtplib; `limits` says how long each step and a
whole mail may take; `replies` decides what a server's reply means; `login_advice` and `network_advice` say
what to do about it.
"""
