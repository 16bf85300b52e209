"""Final failures told in words for a person, in the form of each mail server that writes no fields."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

from tests.unit.mail.inbound.corpus.case import Case, Verdict, daemon, plain

GONE, COUNTED = Verdict.STRUCK_OFF, Verdict.COUNTED

QMAIL = """\
Hi. This is the qmail-send program at relay.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{to}>:
REASON

--- Below this line is a copy of the message.

{head}

Hello
"""
DMA = """\
This is the DragonFly Mail Agent v0.13 at relay.example.net.

There was an error delivering your mail to <{to}>.

REASON

Message headers follow.

{head}
"""
EXIM_OF_OLD = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    REASON

------ This is a copy of the message, including all the headers. ------

{head}

Hello
"""
YAHOO = """\
Sorry, we were unable to deliver your message to the following address.

<{to}>:
REASON

--- Below this line is a copy of the message.

{head}
"""
ZOHO = """\
This message was created automatically by mail delivery software.
 A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

{to}, ERROR CODE :550 - 5.1.1 The email account that you tried to reach does not exist.

 Received:from mail.zoho.example by mx.zoho.example
{head}
"""
GMX = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following addresses failed:

<{to}>

SMTP error from remote server after RCPT command:
host: in.reader.example
5.1.1 <{to}>... User unknown

--- The header of the original message is following. ---

{head}
"""
GMAIL_OF_OLD = """\
This is an automatically generated Delivery Status Notification

Delivery to the following recipient failed permanently:

     {to}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. The error that the
other server returned was: 550 550 5.1.1 <{to}>: Recipient address rejected: User unknown (state 14).

----- Original message -----

{head}
"""
EXCHANGE_2003 = """\
Your message

  To:      {to}
  Subject: 4 new papers
  Sent:    Tue, 23 Jun 2026 07:00:00 +0000

did not reach the following recipient(s):

{to} on Tue, 23 Jun 2026 07:05:00 +0000
    The e-mail account does not exist at the organization this message was sent to.
    <mx.example.net #5.1.1 smtp;550 5.1.1 User unknown>
"""
SENDMAIL_5 = """\
   ----- Transcript of session follows -----
While talking to in.reader.example:
>>> RCPT To:<{to}>
<<< 550 5.1.1 <{to}>... User unknown
550 <{to}>... User unknown

   ----- Unsent message follows -----
{head}

Hello
"""
JAMES = """\
Hi. This is the James mail server at relay.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Below I include the list of recipients and the reason why I was unable
to deliver your message.

Failed recipient(s):
{to}

Error message:
550 5.2.1 Mailbox disabled

{head}
"""
MESSAGING_SERVER = """\
Your message cannot be delivered to the following recipients:

  Recipient address: {to}
  Reason: Illegal host/domain name found.

{head}
"""
VERIZON = "Message could not be delivered to mobile.\nError: No valid recipients for this MM\n\n{head}\n"
HTML = (
    "<html><head><style>b {{color: red}}</style></head><body><p><b>Delivery has failed to these recipients:</b></p>"
    "<p><a href='mailto:{to}'>{to}</a><br>The address wasn't found (550 5.1.1).</p>"
    "<p>Message-ID: &lt;{mail}@sender.example&gt;</p></body></html>"
)
ATTACHED = """\
Content-Type: multipart/mixed; boundary="=_b2"

--=_b2
Content-Type: text/plain

The following mail could not be delivered. Reason: exceeded maximum delivery attempts.

--=_b2
Content-Type: message/rfc822

{head}

Hello
--=_b2--
"""
OWN_HEADER = """\
Content-Type: multipart/mixed; boundary="=_b3"

--=_b3
Content-Type: text/plain; charset=us-ascii

---The following addresses had delivery errors---

{to} [User unknown]

--=_b3
{head}

Hello
--=_b3--
"""


def old(form: str, reason: str, more: str = "") -> str:
    return plain(daemon("failure notice", more=more), form.replace("REASON", reason))


def words(subject: str, text: str, sender: str = "Postmaster <postmaster@mx.example.net>") -> str:
    """In any language, with the headers of our mail below."""
    return plain(daemon(subject, sender), f"{text}\n\n{{head}}\n")


def at_return_path(subject: str, text: str) -> str:
    """Nothing of our mail is returned."""
    return plain(daemon(subject, more="X-Original-To: bounces+{mail}@sender.example\n"), text)


REJECTED = "192.0.2.9 does not like recipient.\nRemote host said: {}\nGiving up on 192.0.2.9."
ZOHO_SENDER = "mailer-daemon@mail.zoho.example"

TEXT_REPORTS = (
    Case("qmail: user unknown", GONE, old(QMAIL, REJECTED.replace("{}", "550 5.1.1 User unknown"))),
    Case("qmail: no code but the basic one", COUNTED, old(QMAIL, REJECTED.replace("{}", "550 no such mailbox"))),
    Case("qmail: no host", COUNTED, old(QMAIL, "Sorry, I couldn't find any host named reader.example. (#5.1.2)")),
    Case("qmail: local, unknown", GONE, old(QMAIL, "Sorry, no mailbox here by that name. (#5.1.1)")),
    Case("qmail: too long in the queue", COUNTED, old(QMAIL, "I'm not going to try again; this message has been in the queue too long.")),
    Case("qmail: full", COUNTED, old(QMAIL, REJECTED.replace("{}", "552 5.2.2 Mailbox full"))),
    Case("qmail: in quotes, by a gateway", GONE, plain(daemon("failure notice"), QMAIL.replace("REASON", "Remote host said: 550 5.1.1 User unknown").replace("{head}", "{quoted head}"))),
    Case("qmail: no space before the code", GONE, old(QMAIL, "Remote host said:550 5.1.1 User unknown")),
    Case("dma: user unknown", GONE, old(DMA, "in.reader.example [192.0.2.9] did not like our RCPT TO:\n550 5.1.1 <{to}>: User unknown")),
    Case("dma: dead server", COUNTED, old(DMA, "Could not deliver for the last 5 days, giving up: connection refused")),
    Case("exim 3: user unknown", GONE, old(EXIM_OF_OLD, "SMTP error from remote mailer after RCPT TO:<{to}>:\n    host in.reader.example [192.0.2.9]: 550 5.1.1 <{to}>: user unknown", "X-Failed-Recipients: {to}\n")),
    Case("exim 3: unrouteable", COUNTED, old(EXIM_OF_OLD, "unrouteable mail domain \"reader.example\"", "X-Failed-Recipients: {to}\n")),
    Case("mail.ru", COUNTED, plain(daemon("Mail failure.", "Mailer-Daemon@mail-ru.example"), EXIM_OF_OLD.replace("REASON", "SMTP error from remote mail server after RCPT TO:<{to}>:\n    host mxs.reader.example [192.0.2.9]: 550 Message was not accepted -- invalid mailbox.  Local mailbox {to} is unavailable: user not found"))),
    Case("mail.ru: frozen", COUNTED, plain(daemon("Mail failure.", "Mailer-Daemon@mail-ru.example"), EXIM_OF_OLD.replace("REASON", "account {to} is disabled"))),
    Case("yahoo: no account", COUNTED, plain(daemon("Failure Notice", "MAILER-DAEMON@yahoo.example"), YAHOO.replace("REASON", "554: delivery error: dd This user doesn't have a yahoo.example account ({to}) [0] - mta4.example"))),
    Case("yahoo: full", COUNTED, plain(daemon("Failure Notice", "MAILER-DAEMON@yahoo.example"), YAHOO.replace("REASON", "552: mailbox for {to} is full: over quota"))),
    Case("zoho", GONE, plain(daemon("Undelivered Mail Returned to Sender", ZOHO_SENDER), ZOHO)),
    Case("gmx", GONE, plain(daemon("Mail delivery failed: returning message to sender", "GMX Mailer Daemon <mailer-daemon@gmx.example>"), GMX)),
    Case("gmail of ten years ago", GONE, plain(daemon("Delivery Status Notification (Failure)", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"), GMAIL_OF_OLD)),
    Case("exchange 2003 at the return path", GONE, at_return_path("Undeliverable: 4 new papers", EXCHANGE_2003).replace("mx.example.net #", "mx #")),
    Case("sendmail 5", GONE, plain(daemon("Returned mail: User unknown"), SENDMAIL_5)),
    Case("james", COUNTED, plain(daemon("Re: 4 new papers", "postmaster@james.example.net"), JAMES)),
    Case("oracle messaging server", COUNTED, plain(daemon("Delivery Notification: Delivery has failed"), MESSAGING_SERVER)),
    Case("a phone company without the name of a daemon", COUNTED, plain(daemon("Undeliverable Message", "MMSC NDR Administrator <sysadmin@mms.example>"), VERIZON)),
    Case("a gateway with the mail attached", COUNTED, daemon("Mail could not be delivered", "gateway@guard.example.net") + ATTACHED),
    Case("the returned header is that of a part", COUNTED, daemon("Returned Mail: User unknown", "Mail Deliver System <MAILER-DAEMON@mx.example.net>") + OWN_HEADER),
    Case("html alone", GONE, plain(daemon("Undeliverable: 4 new papers"), HTML).replace("text/plain", "text/html")),
    Case("base64", COUNTED, daemon("Delivery failed") + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nRWluZSBOYWNocmljaHQgd2FyIHVuenVzdGVsbGJhci4KCk1lc3NhZ2UtSUQ6IDxtZnJnZ3pkZm16\ndHdxMmxrbm53ZzIzdHBvYnl4ZTQzdUBzZW5kZXIuZXhhbXBsZT4K\n"),
    Case("with words of a success", COUNTED, words("Problem", "Your message to {to} could not be\nsuccessfully delivered: no mailbox.")),
    Case("in words that are wrapped", COUNTED, words("Problem", "Your message to {to} could\nnot\nbe delivered.")),
    Case("in German", COUNTED, words("Unzustellbare Nachricht", "Ihre Nachricht an {to} konnte nicht zugestellt werden: Der Empfänger ist unbekannt.")),
    Case("in French", COUNTED, words("Message non remis", "Votre message n'a pas pu être remis à {to} : adresse inconnue.")),
    Case("in Spanish", COUNTED, words("Error de entrega", "Su mensaje no se pudo entregar a {to}.")),
    Case("in Italian", COUNTED, words("Mancato recapito", "Il messaggio non è stato recapitato a {to}.")),
    Case("in Portuguese", COUNTED, words("Falha na entrega", "A sua mensagem não pôde ser entregue a {to}.")),
    Case("in Ukrainian", COUNTED, words("Не вдалося доставити", "Не вдалося доставити повідомлення до {to}.")),
    Case("in Greek", COUNTED, words("Δεν μπορεί να παραδοθεί", "Η παράδοση στον {to} απέτυχε.")),
    Case("in Romanian", COUNTED, words("Nelivrabil", "Livrarea mesajului către {to} a eșuat.")),
    Case("in Finnish", COUNTED, words("Toimitus epäonnistui", "Viestin toimittaminen epäonnistui: {to}")),
    Case("in Arabic", COUNTED, words("غير قابل للتسليم", "فشل التسليم إلى {to}")),
    Case("in Hebrew", COUNTED, words("לא ניתן למסור", "המסירה נכשלה: {to}")),
    Case("in Thai", COUNTED, words("ไม่สามารถส่งได้", "การส่งล้มเหลว: {to}")),
    Case("in Vietnamese", COUNTED, words("Không thể gửi được", "Gửi không thành công: {to}")),
    Case("in Dutch", COUNTED, words("Onbestelbaar bericht", "Uw bericht aan {to} kon niet worden afgeleverd.")),
    Case("in Swedish", COUNTED, words("Olevererat meddelande", "Meddelandet till {to} kunde inte levereras.")),
    Case("in Polish", COUNTED, words("Niedostarczona wiadomość", "Wiadomość do {to} nie została dostarczona.")),
    Case("in Russian", COUNTED, words("Недоставленное сообщение", "Ваше сообщение не было доставлено адресату {to}.")),
    Case("in Japanese", COUNTED, words("配信不能", "{to} 宛のメールを配信できませんでした。")),
    Case("in Chinese", COUNTED, words("系统退信", "很抱歉，您的邮件无法投递到 {to}。")),
    Case("in Korean", COUNTED, words("반송 메일", "{to} 님에게 메일이 배달되지 않았습니다.")),
    Case("a code and nothing else, at the return path", COUNTED, at_return_path("Report", "554 sorry")),
    Case("words and nothing else, at the return path", COUNTED, at_return_path("Undeliverable", "Your mail was not delivered.")),
)
