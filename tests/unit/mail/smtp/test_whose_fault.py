"""Replies in the forms of mail servers in use: whose fault each is, from the reply to what is charged.

`us`: the mail waits, and nobody is charged. `content`: perhaps a paper in it, which the run finds out.
`address`: counted against the address, while others are served. `message`: its papers come in another mail.
`later`: it is tried again.
"""

from datetime import UTC, datetime

import pytest

from digest.domain.charging import Past
from digest.domain.fault import Trouble
from digest.domain.mails import DeliveryResult, Mail, MailState, QueuedMail, Verdict
from digest.mail.smtp.connection import error_of
from digest.mail.smtp.replies import Phase, Reply
from digest.pipeline.judgement import RefusalLog
from digest.pipeline.retry import RetryPolicy

NOON = datetime(2026, 6, 22, 12, tzinfo=UTC)
QUEUED = QueuedMail(
    Mail("<1@x>", "ada@one.example", "digest@x.example", b"", ("2606.00001", "2606.00002")), NOON
)

BLOCKLIST, RELAYING, SENDER, QUOTA = Trouble.BLOCKLIST, Trouble.RELAYING, Trouble.SENDER, Trouble.QUOTA
AUTHENTICATION, SPAM, POLICY, LOGIN = Trouble.AUTHENTICATION, Trouble.SPAM, Trouble.POLICY, Trouble.LOGIN

REPLIES: list[tuple[str, str, str, Trouble | None]] = [
    # phase, reply, whose fault, what is wrong with us
    # Exchange and Microsoft 365
    ("dot", "554 5.2.252 SendAsDenied; user@x.example not allowed to send as digest@x.example", "us", SENDER),
    ("dot", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException",
     "us", SENDER),
    ("mail", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "us", SENDER),
    ("mail", "530 5.7.57 Client not authenticated to send mail", "us", AUTHENTICATION),
    ("rcpt", "550 5.7.64 TenantAttribution; Relay Access Denied [VALIDATION]", "us", RELAYING),
    ("rcpt", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "us", RELAYING),
    ("dot", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
     "us", BLOCKLIST),
    ("rcpt", "550 5.7.606 Access denied, banned sending IP [192.0.2.7]", "us", BLOCKLIST),
    ("dot", "550 5.7.515 Access denied, sending domain doesn't meet the required authentication level",
     "us", AUTHENTICATION),
    ("dot", "550 5.7.509 Access denied, sending domain x.example does not pass DMARC verification",
     "us", AUTHENTICATION),
    ("dot", "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
     "us", SENDER),
    ("dot", "550 5.1.90 Your message can't be sent because you've reached your daily limit for recipients",
     "us", QUOTA),
    ("dot", "554 5.2.2 mailbox submission quota exceeded", "us", QUOTA),
    ("rcpt", "550 5.1.8 Access denied, bad outbound sender", "us", SENDER),
    ("rcpt", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
     "address", None),
    ("rcpt", "550 5.4.1 Recipient address rejected: Access denied. [AM1.example]", "address", None),
    ("rcpt", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)", "address", None),
    ("dot", "554 5.2.2 STOREDRV.Deliver; mailbox full. The recipient's mailbox is full", "address", None),
    # Gmail
    ("dot", "550 5.7.26 This mail has been blocked because the sender is unauthenticated",
     "us", AUTHENTICATION),
    ("dot", "550 5.7.25 The IP address sending this message does not have a PTR record", "us", BLOCKLIST),
    ("dot", "421 4.7.28 Our system has detected an unusual rate of mail from your IP address", "us", QUOTA),
    ("dot", "550 5.7.1 Our system has detected that this message is likely unsolicited mail",
     "content", SPAM),
    ("dot", "552 5.7.0 This message was blocked because its content presents a potential security issue",
     "content", None),
    ("dot", "550 5.7.1 This message is not RFC 5322 compliant", "content", None),
    ("rcpt", "550 5.4.5 Daily user sending limit exceeded", "us", QUOTA),
    ("rcpt", "550 5.1.1 The email account that you tried to reach does not exist - gsmtp", "address", None),
    ("rcpt", "550 5.2.1 The email account that you tried to reach is disabled - gsmtp", "address", None),
    ("rcpt", "450 4.2.1 The user you are trying to contact is receiving mail too quickly", "later", None),
    ("rcpt", "452 4.2.2 The email account that you tried to reach is over quota", "later", None),
    # Postfix
    ("rcpt", "554 5.7.1 <ada@one.example>: Relay access denied", "us", RELAYING),
    ("rcpt", "454 4.7.1 <ada@one.example>: Relay access denied", "us", RELAYING),
    ("rcpt", "553 5.7.1 <digest@x.example>: Sender address rejected: not owned by user joe", "us", SENDER),
    ("rcpt", "550 5.1.8 <digest@x.example>: Sender address rejected: Domain not found", "us", SENDER),
    ("rcpt", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.example",
     "us", BLOCKLIST),
    ("rcpt", "554 Service unavailable; Client host [192.0.2.7] blocked using zen.example", "us", BLOCKLIST),
    ("rcpt", "450 4.7.1 Client host rejected: cannot find your reverse hostname", "us", BLOCKLIST),
    ("rcpt", "550 5.7.1 <ada@one.example>: Recipient address rejected: SPF check fails",
     "us", AUTHENTICATION),
    ("rcpt", "550 5.1.1 <ada@one.example>: Recipient address rejected: User unknown in local recipient table",
     "address", None),
    ("rcpt", "550 5.1.1 <spam@one.example>: Recipient address rejected: undeliverable address",
     "address", None),
    ("rcpt", "450 4.2.0 <ada@one.example>: Recipient address rejected: Greylisted", "later", None),
    ("dot", "552 5.3.4 Message size exceeds fixed limit", "content", None),
    ("dot", "550 5.7.1 Message content rejected", "content", SPAM),
    # Exim
    ("rcpt", "550 Mailing to remote domains not supported", "us", RELAYING),
    ("rcpt", "550 relay not permitted", "us", RELAYING),
    ("rcpt", "550 Sender verify failed", "us", SENDER),
    ("rcpt", "550 Administrative prohibition", "us", POLICY),
    ("rcpt", "550 Domain x.example has exceeded the max defers and failures per hour (5/5 (100%)) allowed",
     "us", QUOTA),
    ("rcpt", "550 Please turn on SMTP Authentication in your mail client", "us", LOGIN),
    ("rcpt", "550 Unknown user", "address", None),
    ("rcpt", "550 Unrouteable address", "address", None),
    # OpenSMTPD, Sendmail, qmail
    ("rcpt", "550 Invalid recipient: <ada@one.example>", "address", None),
    ("dot", "550 Your IP reputation is too low for this MX", "us", BLOCKLIST),
    ("rcpt", "550 5.7.1 <ada@one.example>... Relaying denied. Proper authentication required.",
     "us", RELAYING),
    ("rcpt", "553 5.1.8 <digest@x.example>... Domain of sender address digest@x.example does not exist",
     "us", SENDER),
    ("rcpt", "550 5.1.1 <ada@one.example>... User unknown", "address", None),
    ("rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "us", RELAYING),
    ("rcpt", "550 sorry, no mailbox here by that name (#5.1.1)", "address", None),
    # Yahoo, iCloud
    ("dot", "421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume", "us", QUOTA),
    ("rcpt", "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, the ip is in a list",
     "us", BLOCKLIST),
    ("dot", "554 5.7.9 Message not accepted for policy reasons", "us", POLICY),
    ("dot", "554 delivery error: dd This user doesn't have a yahoo.com account [0]", "address", None),
    ("dot", "554 5.7.1 [CS01] Message rejected due to local policy", "us", POLICY),
    # GMX and web.de, T-Online, Orange, mail.ru, Yandex
    ("rcpt", "554 No SMTP service IP address is block listed.", "us", BLOCKLIST),
    ("dot", "550 Reject due to SPF policy. The originating IP is not permitted", "us", AUTHENTICATION),
    ("rcpt", "550 Requested action not taken: mailbox unavailable", "address", None),
    ("rcpt", "554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help)", "us", BLOCKLIST),
    ("rcpt", "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_418",
     "address", None),
    ("dot", "550 5.2.0 Mail rejete. Mail rejected. ofr_506 [506]", "us", BLOCKLIST),
    ("dot", "550 spam message rejected", "content", SPAM),
    ("dot", "550 Message was not accepted -- invalid mailbox. Local mailbox is unavailable: user not found",
     "address", None),
    ("rcpt", "550 Access from ip address 192.0.2.7 blocked.", "us", BLOCKLIST),
    ("dot", "554 5.7.1 Message rejected under suspicion of SPAM", "content", SPAM),
    ("rcpt", "550 5.7.1 No such user!", "address", None),
    # QQ, NetEase
    ("dot", "554 DT:SPM 163 smtp12,EMCowADXTVqSS 1535264926", "content", SPAM),
    ("mail", "554 MI:STC", "us", QUOTA),
    ("rcpt", "550 user has reached limit", "us", QUOTA),
    ("rcpt", "550 Sender frequency limited", "us", QUOTA),
    ("rcpt", "550 mail from ip not allowed", "us", BLOCKLIST),
    ("mail", "553 Mail from must equal authorized user", "us", SENDER),
    ("dot", "550 Mail content denied", "content", SPAM),
    ("rcpt", "550 Mailbox not found", "address", None),
    ("rcpt", "550 收件人不存在", "address", None),
    ("dot", "550 超过发送频率限制 发信频率受限制", "us", QUOTA),
    # Zoho, Amazon SES, SendGrid, Mailgun, Brevo
    ("rcpt", "550 5.4.6 Unusual sending activity detected", "us", QUOTA),
    ("mail", "553 Sender is not allowed to relay emails", "us", RELAYING),
    ("dot", "554 Message rejected: Email address is not verified. The identities failed the check",
     "us", SENDER),
    ("dot", "454 Throttling failure: Maximum sending rate exceeded.", "us", QUOTA),
    ("dot", "454 Throttling failure: Daily message quota exceeded.", "us", QUOTA),
    ("dot", "554 Message rejected: Sending paused for this account.", "us", QUOTA),
    ("dot", "550 The from address does not match a verified Sender Identity", "us", SENDER),
    ("rcpt", "550 5.1.1 Not delivering to previously bounced address", "address", None),
    ("dot", "421 Domain x.example is not allowed to send: disabled", "us", SENDER),
    ("rcpt", "525 5.7.1 Unauthorized IP address", "us", BLOCKLIST),
    # Mimecast, Proofpoint, Barracuda, Cloudflare
    ("rcpt", "550 Invalid Recipient - https://community.example/docs", "address", None),
    ("dot", "554 Email rejected due to security policies", "us", POLICY),
    ("rcpt", "550 Anti-Spoofing policy - inbound not allowed", "us", AUTHENTICATION),
    ("rcpt", "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7", "us", BLOCKLIST),
    ("rcpt", "550 5.1.1 Address does not exist", "address", None),
    # other languages
    ("rcpt", "550 5.1.1 Empfänger unbekannt", "address", None),
    ("rcpt", "550 Utilisateur inconnu", "address", None),
    ("rcpt", "550 宛先が存在しません", "address", None),
    ("rcpt", "552 5.2.2 Postfach ist voll", "address", None),
    ("rcpt", "550 Absender-Adresse abgelehnt", "us", SENDER),
    # words that nobody knows
    ("rcpt", "550 5.1.1 Hm", "address", None),
    ("rcpt", "550 Hm", "address", None),
    ("rcpt", "550 5.7.1 Hm", "us", POLICY),
    # a code that names us, with words that could mean anybody
    ("rcpt", "501 5.1.7 Invalid address", "us", SENDER),
    ("rcpt", "550 5.1.8 Domain not found", "us", SENDER),
    ("dot", "554 Transaction failed", "content", None),
    ("rcpt", "450 4.7.1 Hm", "later", POLICY),
]  # fmt: skip

PHASES = {"mail": Phase.MAIL, "rcpt": Phase.RCPT, "dot": Phase.END_OF_DATA}


def refusal(reply: str) -> Reply:
    code, _, words = reply.partition(" ")
    return Reply(int(code), words.encode())


def told(result: DeliveryResult) -> str:
    """What a result charges."""
    if result.address_refused:
        return "address"
    if result.verdict is not Verdict.WAIT:
        return "content"
    return {MailState.PENDING: "us", MailState.DEFERRED: "later"}.get(result.state, "message")


@pytest.mark.parametrize(
    ("phase", "reply", "fault", "trouble"), REPLIES, ids=[row[1][:50] for row in REPLIES]
)
def test_a_reply_is_the_fault_of(phase: str, reply: str, fault: str, trouble: Trouble | None) -> None:
    """While another mail is accepted, and while none is: then only what is certain is charged."""
    error = error_of(PHASES[phase], refusal(reply), "refused")
    assert refusal(reply).cause.trouble is trouble
    charged = []
    for served in ("bo@two.example", None):
        log = RefusalLog(Past(served=False))
        if served:
            log.accepted(served)
        log.close()
        charged.append(told(RetryPolicy().after(QUEUED, log.judged(QUEUED, error), NOON)))
    unclear = fault == "address" and not refusal(reply).cause.is_certain
    waits = "us" if phase == "mail" or "5.4.5" in reply or reply.startswith("530") else "later"
    expected = {"us": [waits, "us"], "address": ["address", "us" if unclear else "address"]}
    assert charged == expected.get(fault, [fault, fault])
