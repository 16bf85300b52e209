"""Messages of programs that change nothing: delays, receipts, automatic replies, other people's failures."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

from tests.unit.mail.inbound.corpus.case import Case, Verdict, daemon, plain, report
from tests.unit.mail.inbound.corpus.status_reports import RECIPIENT, mixed, postfix
from tests.unit.mail.inbound.corpus.text_reports import QMAIL, old

NOTHING = Verdict.NOTHING
PERSON = "From: Ada <ada@reader.example>\nTo: digest@sender.example\nMIME-Version: 1.0\nMessage-ID: <1@reader.example>\n"
ANSWER = "In-Reply-To: {id}\nReferences: {id}\n"
AUTO = "Return-Path: <>\nAuto-Submitted: auto-replied\n"


def fields(action: str, status: str, subject: str, words: str = "A report.") -> str:
    return report(daemon(subject), words, RECIPIENT.replace("failed", action) + f"Status: {status}\n", "message/rfc822")


def away(subject: str, words: str, more: str = AUTO, to: str = "digest@sender.example") -> str:
    return plain(f"{more}{PERSON}{ANSWER}Subject: {subject}\n".replace("digest@sender.example", to), words)


def delay(subject: str, words: str) -> str:
    return plain(daemon(subject), f"{words}\n\n{{head}}\n")


FOREIGN = "{head}"
OTHER_ID = "<guessed@sender.example>"

INNOCENT = (
    Case("postfix: delayed", NOTHING, fields("delayed", "4.4.1", "Delayed Mail (still being retried)")),
    Case("delayed by greylisting", NOTHING, fields("delayed", "4.7.1", "Warning: message delayed 4 hours")),
    Case("delivered", NOTHING, fields("delivered", "2.0.0", "Successful Mail Delivery Report")),
    Case("relayed", NOTHING, fields("relayed", "2.1.9", "Relayed: 4 new papers")),
    Case("expanded", NOTHING, fields("expanded", "2.1.5", "Expanded: 4 new papers")),
    Case("a new word for an action", NOTHING, fields("pending", "5.0.0", "Report")),
    Case("challenge of a filter", NOTHING, fields("delayed", "4.7.0", "Please confirm", "Sender not pre-approved")),
    Case("opensmtpd: delayed", NOTHING, mixed("Mailer Daemon <MAILER-DAEMON@open.example.net>", "A message is delayed for more than 4 hours for the following\nlist of recipients:\n\n{to}: Network error on destination MXs", RECIPIENT.replace("failed", "delayed") + "Status: 4.0.0\n")),
    Case("one recipient of two was reached", NOTHING, report(daemon("Report"), "x", RECIPIENT + "Status: 5.1.1\n\nFinal-Recipient: rfc822; bo@reader.example\nAction: relayed\nStatus: 2.0.0\n", "message/rfc822")),
    Case("exim: warning", NOTHING, delay("Warning: message 1abcde-000001-AB delayed 24 hours", "A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on exim.example.net.\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.")),
    Case("sendmail: warning", NOTHING, delay("Warning: could not send message for past 4 hours", "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n{to}... Deferred: Connection timed out")),
    Case("gmail: delay", NOTHING, delay("Delivery Status Notification (Delay)", "Delivery to the following recipient has been delayed:\n\n     {to}\n\nMessage will be retried for 2 more day(s)\n\nThe error was: 450 4.2.1 The user is receiving mail too quickly")),
    Case("a delay that tells how it may end", NOTHING, delay("Delivery delayed", "This is not a permanent error. We will keep trying for five days before giving up;\nthen your message will be returned to the sender as expired.")),
    Case("delay in German", NOTHING, delay("Zustellung verzögert", "Ihre Nachricht konnte noch nicht zugestellt werden.")),
    Case("delay in Russian", NOTHING, delay("Задержка доставки", "Сообщение пока не доставлено.")),
    Case("receipt in words", NOTHING, delay("Delivery notification", "Your message was successfully delivered to {to}.")),
    Case("a failure of somebody else's mail", NOTHING, postfix("5.1.1", "smtp; 550 5.1.1 User unknown").replace("{head}", f"Message-ID: {OTHER_ID}")),
    Case("a failure in words of somebody else's mail", NOTHING, old(QMAIL, "550 5.1.1 User unknown").replace("{head}", f"Message-ID: {OTHER_ID}")),
    Case("a forged return path that is too short", NOTHING, plain(daemon("Undeliverable", more="Delivered-To: bounces+abc@sender.example\n"), "550 5.1.1 User unknown")),
    Case("a failure of a mail that quotes ours", NOTHING, postfix("5.1.1", "smtp; 550 5.1.1 User unknown").replace("{head}", "From: {to}\nMessage-ID: <n1@reader.example>\nReferences: {id}\n\n> Message-ID: {id}")),
    Case("a report of a report", NOTHING, "Subject: Fwd: failure\nContent-Type: message/rfc822\n\n" + postfix("5.1.1", "smtp; 550 5.1.1 User unknown")),
    Case("postmaster's copy of a session", NOTHING, plain(daemon("Postfix SMTP server: errors from unknown[192.0.2.1]"), "Transcript of session follows.\n\n Out: 220 mx.example.net ESMTP\n In:  QUIT\n Out: 221 2.0.0 Bye")),
    Case("mailer daemon says hello, at the return path", NOTHING, plain(daemon("Welcome", more="To: bounces+{mail}@sender.example\n"), "Your new mailbox is ready.")),
    Case("vacation", NOTHING, away("Automatic reply: 4 new papers", "I am out of office until Monday.")),
    Case("vacation to the return path", NOTHING, away("Out of Office", "I am away from my desk.", to="bounces+{mail}@sender.example")),
    Case("vacation that quotes all headers", NOTHING, away("Auto: 4 new papers", "I am on leave.\n\n{quoted head}")),
    Case("gone for good, says an answer", NOTHING, away("Automatic reply", "I no longer work here; this address does not exist after July. 550 5.1.1 will be the answer.", to="bounces+{mail}@sender.example")),
    Case("vacation in German", NOTHING, away("Abwesenheitsnotiz", "Ihre Nachricht wird nicht weitergeleitet; ich bin zurück am Montag.", to="bounces+{mail}@sender.example")),
    Case("vacation in French", NOTHING, away("Réponse automatique : 4 new papers", "Je suis absent.", to="bounces={mail}@sender.example")),
    Case("vacation in Spanish with an old header", NOTHING, away("Respuesta automática", "Estoy fuera.", "X-Autoreply: yes\n")),
    Case("vacation in Japanese", NOTHING, away("=?utf-8?B?6Ieq5YuV5b+c562U?=", "休暇中です。", "Precedence: auto_reply\n")),
    Case("vacation by sieve", NOTHING, away("Auto: 4 new papers", "On holiday.", "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\n")),
    Case("a ticket system", NOTHING, away("[Ticket 4711] We received your mail", "Thank you. We will answer within two days.", "Auto-Submitted: auto-generated\n")),
    Case("read", NOTHING, PERSON + "Subject: Read: 4 new papers\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nread\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{to}\nOriginal-Message-ID: {id}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"),
    Case("deleted unread", NOTHING, AUTO + PERSON + "Subject: Not read: 4 new papers\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message was deleted without being read: failed.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{to}\nOriginal-Message-ID: {id}\nDisposition: automatic-action/MDN-sent-automatically; deleted\nAction: failed\n\n--b--\n"),
    Case("dmarc", NOTHING, "From: noreply-dmarc@mx.example.net\nSubject: Report domain: sender.example Submitter: mx.example.net Report-ID: 1\nContent-Type: application/gzip; name=r.xml.gz\nContent-Transfer-Encoding: base64\n\nH4sIAAAAAAAAAwMAAAAAAAAAAAA=\n"),
    Case("a tls report", NOTHING, "From: tls@mx.example.net\nAuto-Submitted: auto-generated\nSubject: Report Domain: sender.example\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\nContent-Type: text/plain\n\nNo failures.\n--b--\n"),
    Case("a list's digest", NOTHING, away("[list] digest", "> {link}", "Precedence: list\n")),
    Case("a bounce of our digest that a person passed on", NOTHING, plain(PERSON + "Subject: Fwd: Undelivered Mail\n", "What is this?\n\n> 550 5.1.1 User unknown\n> could not be delivered\n\n{quoted head}")),
    Case("a person who writes of an unknown user", NOTHING, plain(PERSON + ANSWER + "Subject: Re: 4 new papers\n", "My old address does not exist any more: 550 5.1.1 user unknown.\n\n{quoted head}")),
)
