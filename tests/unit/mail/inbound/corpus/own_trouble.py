"""Mails that came back because of our sender, our machine or the message: nobody is charged for them."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

from tests.unit.mail.inbound.corpus.case import Case, Verdict, daemon, plain
from tests.unit.mail.inbound.corpus.status_reports import exchange, exim, mixed, postfix, sendmail
from tests.unit.mail.inbound.corpus.text_reports import DMA, EXIM_OF_OLD, QMAIL, REJECTED, YAHOO, old

OURS = Verdict.NOT_CHARGED

OWN_TROUBLE = (
    Case("postfix: a blocklist", OURS, postfix("5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using list.example")),
    Case("postfix: a blocklist, told as an unknown user", OURS, postfix("5.1.1", "smtp; 550 5.7.1 IP address blacklisted by recipient")),
    Case("postfix: too large, told as an unknown user", OURS, postfix("5.1.1", "smtp; 552 5.3.4 message size exceeds limit")),
    Case("postfix: spam", OURS, postfix("5.7.1", "smtp; 554 5.7.1 Message scored too high on spam scale")),
    Case("postfix: blocked for days", OURS, postfix("4.7.0", "smtp; 421 4.7.0 [192.0.2.1] Our system has detected an unusual rate of unsolicited mail; your IP address has been blocked")),
    Case("postfix: relaying", OURS, postfix("5.7.1", "smtp; 554 5.7.1 <{to}>: Relay access denied")),
    Case("postfix: the sender's domain", OURS, postfix("5.1.8", "smtp; 553 5.1.8 Domain of sender address bounces@sender.example does not exist")),
    Case("postfix: no reverse name", OURS, postfix("5.7.25", "smtp; 550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup")),
    Case("exim: long lines", OURS, exim("message has lines too long for transport")),
    Case("exim: too many failures of our domain", OURS, exim("Domain sender.example has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.")),
    Case("exim: policy", OURS, exim("554 5.7.1 Message rejected for policy reasons")),
    Case("exim: local policy without a code", OURS, exim("550 Denied by policy")),
    Case("exim: remote domains", OURS, exim("550 Mailing to remote domains not supported")),
    Case("exim: dmarc", OURS, exim("550 5.7.26 Unauthenticated email from sender.example is not accepted due to domain's DMARC policy")),
    Case("sendmail: virus", OURS, sendmail("5.0.0", "554 Message refused, virus found: Invented.Worm")),
    Case("sendmail: reputation", OURS, sendmail("5.7.1", "554 5.7.1 Rejected because of the poor reputation of your host")),
    Case("m365: unknown sender", OURS, exchange("Undeliverable", "Your message was refused.", "5.7.515", "550 5.7.515 Access denied, sending domain sender.example does not meet the required authentication level")),
    Case("m365: sending as somebody else", OURS, exchange("Undeliverable", "Refused.", "5.2.252", "554 5.2.252 SendAsDenied; digest@sender.example not allowed to send as bounces@sender.example")),
    Case("m365: banned machine", OURS, exchange("Undeliverable", "Refused.", "5.7.606", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]")),
    Case("m365: larger than a mailbox takes", OURS, exchange("Undeliverable", "Too large.", "5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient")),
    Case("gmail: spam", OURS, postfix("5.7.1", "smtp; 550-5.7.1 Our system has detected that this message is likely unsolicited mail and\n 550 5.7.1 this message has been blocked as spam")),
    Case("opensmtpd: a blocklist", OURS, mixed("Mailer Daemon <MAILER-DAEMON@open.example.net>", "    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{to}: 550 5.7.1 Your host is listed on a block list", "Reporting-MTA: dns; open.example.net\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.0.0\n")),
    Case("qmail: a blocklist", OURS, old(QMAIL, REJECTED.replace("{}", "550 5.7.1 Your IP is on a denylist"))),
    Case("qmail: sender rejected", OURS, old(QMAIL, REJECTED.replace("{}", "550 Sender address rejected"))),
    Case("dma: too large", OURS, old(DMA, "in.reader.example [192.0.2.9] did not like our DATA:\n552 5.3.4 Message is too large")),
    Case("exim 3: spam", OURS, old(EXIM_OF_OLD, "SMTP error from remote mailer after end of data:\n    host in.reader.example [192.0.2.9]: 550 This looks like spam", "X-Failed-Recipients: {to}\n")),
    Case("yahoo: policy", OURS, old(YAHOO, "554: 5.7.9 Message not accepted for policy reasons. See postmaster.yahoo.example")),
    Case("a quota of our account", OURS, plain(daemon("Delivery Status Notification (Failure)"), "Your message could not be delivered.\n\n550 5.4.5 Daily user sending limit exceeded\n\n{head}\n")),
)
