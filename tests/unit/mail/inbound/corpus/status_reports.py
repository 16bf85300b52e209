"""Final failures in reports with fields (RFC 3464), as each mail server writes them."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

from tests.unit.mail.inbound.corpus.case import Case, Verdict, daemon, report

GONE, COUNTED = Verdict.STRUCK_OFF, Verdict.COUNTED
AUTO = "Auto-Submitted: auto-replied\n"


def postfix(status: str, said: str, *, returned: str = "message/rfc822", final: str = "{to}") -> str:
    words = (
        "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could "
        f"not\nbe delivered to one or more recipients.\n\n<{final}>: {said}"
    )
    fields = (
        "Reporting-MTA: dns; mx.example.net\nX-Postfix-Queue-ID: 4X7Q\n\n"
        f"Final-Recipient: rfc822; {final}\nOriginal-Recipient: rfc822;{{to}}\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: {said}\n"
    )
    head = daemon("Undelivered Mail Returned to Sender", "MAILER-DAEMON@mx.example.net (Mail Delivery System)", AUTO)
    return report(head, words, fields, returned)


def exim(said: str, status: str = "5.0.0") -> str:
    words = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        f"delivered to one or more of its\nrecipients. This is a permanent error.\n\n  {{to}}\n    {said}"
    )
    code = f"Diagnostic-Code: smtp; {said}\n" if said[0].isdigit() else ""
    fields = (
        f"Reporting-MTA: dns; exim.example.net\n\nAction: failed\nFinal-Recipient: rfc822;{{to}}\nStatus: {status}\n{code}"
    )
    head = daemon(
        "Mail delivery failed: returning message to sender",
        "Mail Delivery System <Mailer-Daemon@exim.example.net>",
        f"X-Failed-Recipients: {{to}}\n{AUTO}",
    )
    return report(head, words, fields, "message/rfc822")


def sendmail(status: str, said: str) -> str:
    words = (
        "The original message was received at Tue, 23 Jun 2026 07:00:01 GMT\n\n   ----- The following addresses had "
        f"permanent fatal errors -----\n<{{to}}>\n\n   ----- Transcript of session follows -----\n>>> DATA\n<<< {said}"
    )
    fields = (
        "Reporting-MTA: dns; sm.example.net\nReceived-From-MTA: DNS; digest.sender.example\n\n"
        f"Final-Recipient: RFC822; {{to}}\nAction: failed\nStatus: {status}\nRemote-MTA: DNS; in.reader.example\n"
        f"Diagnostic-Code: SMTP; {said}\nLast-Attempt-Date: Tue, 23 Jun 2026 07:00:02 GMT\n"
    )
    return report(daemon("Returned mail: see transcript for details"), words, fields, "text/rfc822-headers")


def exchange(subject: str, words: str, status: str, said: str) -> str:
    """Exchange and M365 write subject and words in the language of the tenant, the fields in English."""
    fields = (
        "Reporting-MTA: dns;AB1PR01.prod.example.com\nReceived-From-MTA: dns;mx.example.net\n\n"
        f"Final-Recipient: rfc822;{{to}}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp;{said}\n"
    )
    sender = "<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@tenant.example>"
    return report(daemon(subject, sender, "X-MS-Exchange-Message-Is-Ndr:\n"), words, fields, "message/rfc822")


def mixed(sender: str, words: str, fields: str, returned: str = "text/rfc822-headers") -> str:
    return report(daemon("Delivery status notification", sender), words, fields, returned, "multipart/mixed")


def bare(fields: str) -> str:
    return f"{daemon('Delivery report')}Content-Type: message/delivery-status\n\n{fields}"


RECIPIENT = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {to}\nAction: failed\n"
NOT_FOUND = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"

STATUS_REPORTS = (
    Case("postfix: unknown user", GONE, postfix("5.1.1", "smtp; 550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table")),
    Case("postfix: headers only", GONE, postfix("5.1.1", 'x-unix; user unknown: "ada"', returned="text/rfc822-headers")),
    Case("postfix: null MX", GONE, postfix("5.1.10", "X-Postfix; Domain reader.example does not accept mail (nullMX)")),
    Case("postfix: no such domain", COUNTED, postfix("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=reader.example type=AAAA: Host not found")),
    Case("postfix: expired", COUNTED, postfix("4.4.1", "X-Postfix; connect to in.reader.example[192.0.2.9]:25: Connection timed out")),
    Case("postfix: expired, mailbox full", COUNTED, postfix("4.2.2", "smtp; 452 4.2.2 <{to}> The mailbox is full and can't accept messages now")),
    Case("postfix: forwarded address is dead", COUNTED, postfix("5.1.1", "smtp; 550 5.1.1 User unknown", final="old.ada@elsewhere.example")),
    Case("postfix: outlook.com's own words", COUNTED, postfix("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [AB1EUR05.eop]")),
    Case("postfix: icloud, inactive", COUNTED, postfix("5.1.6", "smtp; 550 5.1.6 recipient no longer on server: {to}", returned="message/rfc822").replace("5.1.6", "5.2.1")),
    Case("postfix: moved", GONE, postfix("5.1.6", "smtp; 550 5.1.6 Mailbox has moved, no forwarding address")),
    Case("postfix: over quota with a wrong status", COUNTED, postfix("5.1.1", "smtp; 552 5.2.2 {to} Over quota")),
    Case("postfix: no words at all", COUNTED, postfix("5.0.0", "smtp; 550")),
    Case("exim: no such person", GONE, exim("550 5.1.1 <{to}> No such person at this address")),
    Case("exim: code alone", COUNTED, exim("550 No such user here")),
    Case("exim: retry time exceeded", COUNTED, exim("retry timeout exceeded", "4.4.7")),
    Case("exim: unrouteable", COUNTED, exim("Unrouteable address")),
    Case("exim: all hosts failed", COUNTED, exim("all hosts for 'reader.example' have been failing for a long time (and retry time not reached)")),
    Case("exim: full", COUNTED, exim("552 5.2.2 Mailbox size limit exceeded, quota exceeded")),
    Case("sendmail: user unknown", GONE, sendmail("5.1.1", "550 5.1.1 <{to}>... User unknown")),
    Case("sendmail: host unknown", COUNTED, sendmail("5.1.2", "550 Host unknown")),
    Case("sendmail: account disabled", COUNTED, sendmail("5.2.1", "550 5.2.1 Mailbox disabled, not accepting messages")),
    Case("sendmail: expired after five days", COUNTED, sendmail("4.4.7", "Operation timed out with in.reader.example.")),
    Case("m365 in English", GONE, exchange("Undeliverable: 4 new papers", "{to} wasn't found at reader.example.", "5.1.10", NOT_FOUND)),
    Case("m365: a group that takes mail of some people only", COUNTED, exchange("Undeliverable", "You can't send to this group.", "5.7.133", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required")),
    Case("outlook.com: full, told as too large", COUNTED, postfix("5.2.2", "smtp; 552 5.2.2 Message size exceeds mailbox quota")),
    Case("gmail: a group", COUNTED, postfix("5.7.1", "smtp; 550 5.7.1 We're writing to let you know that the group you tried to contact (abc) may not exist")),
    Case("the Message-ID replaced, our return path kept", GONE, postfix("5.1.1", "smtp; 550 5.1.1 User unknown").replace("{head}", "Return-Path: <bounces+{mail}@sender.example>\nMessage-ID: <OF1@domino.example>\nSubject: x")),
    Case("the mail attached as a file", GONE, postfix("5.1.1", "smtp; 550 5.1.1 User unknown").replace("message/rfc822", "application/octet-stream; name=mail.eml")),
    Case("m365 in German", GONE, exchange("Unzustellbar: 4 new papers", "Fehler bei der Nachrichtenzustellung an folgende Empfänger: {to}", "5.1.10", NOT_FOUND)),
    Case("m365 in French", GONE, exchange("=?utf-8?Q?Non_remis=C2=A0=3A_4_new_papers?=", "Impossible de remettre votre message à {to}.", "5.1.1", "550 5.1.1 User unknown")),
    Case("m365 in Japanese", COUNTED, exchange("=?utf-8?B?6YWN5L+h5LiN6IO9OiA=?=", "次の受信者にメッセージを配信できませんでした: {to}", "5.4.310", "550 5.4.310 DNS domain reader.example does not exist [Message=InfoDomainNonexistent]")),
    Case("m365 in Spanish, rejected address", COUNTED, exchange("No se puede entregar: 4 new papers", "No se pudo entregar el mensaje a {to}.", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [AB1.prod.example.com]")),
    Case("m365 in Portuguese, full", COUNTED, exchange("=?utf-8?Q?N=C3=A3o_entregue?=", "A caixa de correio de {to} está cheia.", "5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException")),
    Case("m365 in Polish, expired", COUNTED, exchange("Niedostarczalne: 4 new papers", "Nie można dostarczyć wiadomości.", "5.4.300", "550 5.4.300 Message expired -> 451 4.4.3 DNS query failed")),
    Case("m365 in Chinese", GONE, exchange("=?gb2312?B?zrTE3LSrtd06?=", "未能送达: {to}", "5.1.1", "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found")),
    Case("gmail", GONE, report(daemon("Delivery Status Notification (Failure)", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", AUTO), "** Address not found **\n\nYour message wasn't delivered to {to} because the address couldn't be found.", RECIPIENT + "Status: 5.1.1\nRemote-MTA: dns; in.reader.example. (192.0.2.9, the server for the domain reader.example.)\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address. a1-20 - gsmtp\n", "message/rfc822")),
    Case("gmail: over quota", COUNTED, report(daemon("Delivery Status Notification (Failure)"), "** Recipient inbox full **", RECIPIENT + "Status: 4.2.2\nDiagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space and inactive.\n", "message/rfc822")),
    Case("gmail: domain not found", COUNTED, report(daemon("Delivery Status Notification (Failure)"), "** Address not found **", RECIPIENT + "Status: 4.0.0\nDiagnostic-Code: smtp; DNS Error: 12345 DNS type 'mx' lookup of reader.example responded with code NXDOMAIN\n", "")
         .replace("Action: failed", "X-Original-Message-ID: {id}\nAction: failed")),
    Case("amazon ses", GONE, report(daemon("Delivery Status Notification (Failure)", "MAILER-DAEMON@eu-west-1.amazonses.com"), "An error occurred while trying to deliver the mail to the following recipients:\n{to}", RECIPIENT + "Diagnostic-Code: smtp; 550 5.1.1 user unknown\nStatus: 5.1.1\n", "message/rfc822")),
    Case("icloud", COUNTED, report(daemon("Delivery Notification: Delivery has failed", "Internet Mail Delivery <postmaster@mac.example>"), "Your message cannot be delivered to the following recipients:\n\n  Recipient address: {to}\n  Reason: Remote SMTP server has rejected address", RECIPIENT.replace(" {to}", "{to}") + "Status: 5.0.0 (Remote SMTP server has rejected address)\nDiagnostic-Code: smtp;550 mailbox unavailable\n", "message/rfc822")),
    Case("courier", COUNTED, report(daemon("NOTICE: mail delivery status.", '"Courier mail server at mx.example.net" <>'), "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{to}>:\n    in.reader.example [192.0.2.9]:\n<<< 550 User unknown.", RECIPIENT + "Status: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown.\n", "text/rfc822-headers")),
    Case("domino", COUNTED, report(daemon("DELIVERY FAILURE: User ada not listed in Domino Directory", "Postmaster@domino.example.net"), "Your message\n\n  Subject: 4 new papers\n\nwas not delivered to:\n\n  {to}\n\nbecause:\n\n  User ada (ada@reader.example) not listed in Domino Directory", RECIPIENT + "Status: 5.1.1\nDiagnostic-Code: X-Notes; User ada not listed in Domino Directory\n", "text/rfc822-headers").replace("Status: 5.1.1", "Status: 5.0.0")),
    Case("powermta, many codes", COUNTED, report(daemon("Delivery report"), "Hello, this is the mail server on pmta.example.net.", RECIPIENT + "Status: 5.1.2 (bad destination system address)\nDiagnostic-Code: X-Notes; bad-domain\n", "message/rfc822")),
    Case("opensmtpd", GONE, mixed("Mailer Daemon <MAILER-DAEMON@open.example.net>", "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{to}: 550 5.1.1 User unknown\n\n    Below is a copy of the original message:", RECIPIENT + "Status: 5.0.0\n")),
    Case("opensmtpd: expired", COUNTED, mixed("Mailer Daemon <MAILER-DAEMON@open.example.net>", "    A message is delayed for more than 4 days for the following\n    list of recipients:\n\n{to}: Envelope expired\n\n    Below is a copy of the original message:", RECIPIENT.replace("failed", "delayed") + "Status: 4.4.7\n")),
    Case("opensmtpd: no mx", COUNTED, mixed("Mailer Daemon <MAILER-DAEMON@open.example.net>", "    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{to}: Network error on destination MXs", RECIPIENT + "Status: 4.4.1\n")),
    Case("workmail", GONE, mixed("postmaster@eu-west-1.awsapps.example", "Dear Sender,\n\nYour message could not be delivered to {to}.", RECIPIENT + "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 RESOLVER.ADR.RecipNotFound\n", "message/rfc822")),
    Case("bare report to the return path", GONE, bare(RECIPIENT + "Status: 5.1.1\n").replace("To: digest@", "To: bounces+{mail}@")),
    Case("bare report with the envelope's name", COUNTED, bare("Reporting-MTA: dns; mx.example.net\nOriginal-Envelope-Id: {mail}\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.2.1\n")),
    Case("nothing returned, return path in Received", COUNTED, report(daemon("Undelivered", more="Received: from a by b; Tue, 23 Jun 2026 07:05:00 +0000\nReceived: from mx.example.net by in.sender.example\n for <Bounces={mail}@sender.example>; Tue, 23 Jun 2026 07:05:00 +0000\n"), "Failed.", RECIPIENT + "Status: 5.4.4\n", "")),
    Case("nothing returned, return path in Delivered-To", GONE, report(daemon("Undelivered", more="Delivered-To: bounces-{mail}@sender.example\n"), "Failed.", RECIPIENT + "Status: 5.1.1\n", "")),
    Case("no Action, but a permanent status", COUNTED, report(daemon("Failed"), "Failed.", RECIPIENT.replace("Action: failed\n", "") + "Status: 5.2.0\n", "message/rfc822")),
    Case("no Status", GONE, report(daemon("Failed"), "Failed.", RECIPIENT + "Diagnostic-Code: SMTP; 550 5.1.1 User unknown\n", "message/rfc822")),
    Case("the fields as a text", COUNTED, f"{daemon('Delivery failure')}Content-Type: text/plain\n\nYour mail failed.\n\n{RECIPIENT}Status: 5.2.1\n\n{{head}}\n"),
    Case("a part of the mail returned", COUNTED, report(daemon("Failed"), "Failed.", RECIPIENT + "Status: 5.2.0\n", "message/partial; id=1; number=1; total=2")),
    Case("a boundary that does not occur", COUNTED, report(daemon("Failed"), "Failed.", RECIPIENT + "Status: 5.2.1\n", "message/rfc822").replace('boundary="=_b1"', "boundary=lost")),
    Case("several recipients: the address forwards", COUNTED, report(daemon("Failed"), "Failed.", RECIPIENT + "Status: 5.1.1\n\nFinal-Recipient: rfc822; bo@elsewhere.example\nAction: failed\nStatus: 5.1.1\n", "message/rfc822")),
    Case("the same recipient twice", GONE, report(daemon("Failed"), "Failed.", RECIPIENT + "Status: 5.1.1\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n", "message/rfc822")),
)
