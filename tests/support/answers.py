"""Messages that mail programs, gateways and mail providers send in answer to a digest. All are invented.

In each text, `{to}`, `{token}` (and its halves, `{token1}` and `{token2}`), `{id}`, `{subject}` and `{head}`
stand for the subscriber who got the digest, and for its token, Message-ID, subject and headers.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

STOPPED, COMPLAINED, NOISE, TO_READ = "stopped", "complained", "noise", "to be read"
"""What becomes of a message. The first two end the mails; the others change nothing."""

REPLY = "In-Reply-To: {id}\nReferences: {id}\n"
QUOTED = "> Daily Papers: 1 new paper\n>\n> To get no more of them:\n>    unsubscribe {token}\n"
WROTE = "On Wed, 24 Jun 2026 at 07:00, Daily Papers <digest@example.net> wrote:\n"
AWAY = "Auto-Submitted: auto-replied\n"


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    text: str
    verdict: str


def message(subject: str, body: str = "", headers: str = "", kind: str = "text/plain; charset=utf-8") -> str:
    """A message to the sender of digests, unless `headers` have another address."""
    to = "" if "\nTo:" in f"\n{headers}" else "To: digest@example.net\n"
    return (
        f"From: {{to}}\n{to}Subject: {subject}\nDate: Thu, 25 Jun 2026 08:00:00 +0000\nMIME-Version: 1.0\n"
        f"{headers}Content-Type: {kind}\n\n{body}\n"
    )


def html(subject: str, body: str, headers: str = REPLY) -> str:
    return message(subject, body, headers, "text/html; charset=utf-8")


def encoded(text: str, charset: str) -> str:
    """An encoded word (RFC 2047). The token is ASCII, and is filled in by its place in a word of its own."""
    return f"=?{charset}?B?{b64encode(text.encode(charset)).decode()}?="


def in_charset(subject: str, text: str, charset: str, name: str = "") -> str:
    """An answer to the digest whose body has this charset, under another name if need be."""
    kind = f"text/plain; charset={name or charset}\nContent-Transfer-Encoding: base64"
    return message(subject, b64encode(text.encode(charset)).decode(), REPLY, kind)


def in_two_parts(plain: str, rich: str) -> str:
    body = (
        f"--B\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--B\nContent-Type: text/html; charset=utf-8\n\n{rich}\n--B--"
    )
    return message("Re: {subject}", body, REPLY, 'multipart/alternative; boundary="B"')


def feedback(
    kind: str, returned: str = "message/rfc822", mail: str = "{head}\n\ntext", outer: str = "report"
) -> str:
    """A feedback report (RFC 5965)."""
    types = {
        "report": "multipart/report; report-type=feedback-report",
        "bare": "multipart/report",
        "mixed": "multipart/mixed",
    }
    named = f"Feedback-Type: {kind}\n" if kind else ""
    return message(
        "FW: {subject}",
        "--B\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--B\nContent-Type: message/feedback-report\n\n{named}User-Agent: Loop/2.1\nVersion: 1\n"
        "Original-Rcpt-To: <redacted@isp.example>\nSource-IP: 192.0.2.1\n\n"
        f"--B\nContent-Type: {returned}\n\n{mail}\n--B--",
        kind=f'{types[outer]}; boundary="B"',
    )


def report(action: str, kind: str = "delivery-status", status: str = "4.4.1") -> str:
    """A delivery status notification, or a receipt."""
    return message(
        "Report",
        f"--B\nContent-Type: text/plain\n\nReport\n\n--B\nContent-Type: message/{kind}\n\n"
        f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822;{{to}}\nOriginal-Message-ID: {{id}}\n"
        f"{action}\nStatus: {status}\n\n--B\nContent-Type: text/rfc822-headers\n\n{{head}}\n\n--B--",
        kind=f'multipart/report; report-type={kind}; boundary="B"',
    )


def rows(verdict: str, **texts: str) -> list[Answer]:
    return [Answer(name.replace("_", " "), text, verdict) for name, text in texts.items()]


def in_subjects(verdict: str, *subjects: str) -> list[Answer]:
    return [Answer(f"subject {subject!r}", message(subject), verdict) for subject in subjects]


def in_answers(verdict: str, *lines: str) -> list[Answer]:
    """Answers to the digest that begin with this line, above what they quote."""
    texts = {line: message("Re: {subject}", f"{line}\n\n{WROTE}{QUOTED}", REPLY) for line in lines}
    return [Answer(f"answer {line!r}", text, verdict) for line, text in texts.items()]


TOKENS_IN_SUBJECTS = in_subjects(
    STOPPED,
    *(
        "unsubscribe {token}",
        "Unsubscribe  {token} ",
        "UNSUBSCRIBE {token}",
        "unsubscribe {token}.",
        "unsubscribe {token} !",
    ),
    *(
        "unsubscribe%20{token}",
        "unsubscribe%2520{token}",
        "unsubscribe+{token}",
        "unsubscribe=20{token}",
        "unsubscribe_{token}",
    ),
    *(
        '"unsubscribe {token}"',
        "“unsubscribe {token}”",
        "<unsubscribe {token}>",
        "unsubscribe [{token}]",
        "unsubscribe: {token}",
    ),
    *("Unsubscribe: {token}", "Subject: unsubscribe {token}", "?subject=unsubscribe%20{token}"),
    *(
        "mailto:digest@example.net?subject=unsubscribe%20{token}",
        "unsubscribe {token} please",
        "{token}",
        "abmelden {token}",
    ),
    *("*****SPAM***** unsubscribe {token}", "***SPAM*** unsubscribe {token}", "{Spam?} unsubscribe {token}"),
    *("[SPAM] unsubscribe {token}", "[SPAM 12.3] Re: unsubscribe {token}", "SPAM: unsubscribe {token}"),
    *("##SPAM## unsubscribe {token}", "EXTERNAL: unsubscribe {token}", "[EXTERNAL] unsubscribe {token}"),
    *(
        "[EXT] [Probable Spam] unsubscribe {token}",
        "(External) unsubscribe {token}",
        "【外部邮件】unsubscribe {token}",
    ),
    *("_SPAM_ unsubscribe {token}", "⚠️EXTERNAL⚠️ unsubscribe {token}", "|EXT| unsubscribe {token}"),
    *("unsubscribe{token}", "unsubscribe&nbsp;{token}", "unsubscribe {token} unsubscribe {token}"),
    *(
        "Caution: unsubscribe {token}",
        "unsubscribe {token} [EXTERN]",
        "External Email: RE: unsubscribe {token}",
    ),
    *(
        "Re: unsubscribe {token}",
        "RE: unsubscribe {token}",
        "AW: unsubscribe {token}",
        "Fwd: unsubscribe {token}",
    ),
    *(
        "Re[2]: unsubscribe {token}",
        "回复：unsubscribe {token}",
        "Antw: WG: unsubscribe {token}",
        "SV: unsubscribe {token}",
    ),
    *(
        "unsubscribe\u00a0{token}",
        "un\u00adsubscribe {token}\u200b",
        "ｕｎｓｕｂｓｃｒｉｂｅ　{token}",
        "unsubscribe\n {token}",
    ),
    *(
        "=?utf-8?q?unsubscribe_{token}?=",
        "=?iso-8859-1?Q?unsubscribe=20{token}?=",
        "=?x-nobody?q?unsubscribe_{token}?=",
    ),
    "=?utf-8?q?unsubscribe_{token1}?=\n =?utf-8?q?{token2}?=",
    f"{encoded('［外部］', 'gb2312')} unsubscribe {{token}}",
)
WISHES_IN_ANSWERS = in_answers(
    STOPPED,
    *(
        "unsubscribe",
        "Unsubscribe.",
        "Please unsubscribe me. Thanks, Ada Example",
        "UNSUBSCRIBE!!",
        "Please unsubscribe me.",
        "unsubscribe me from this list, please",
        "STOP",
    ),
    *(
        "Please remove me from your mailing list.",
        "I no longer wish to receive these emails.",
        "Opt-out",
        "remove",
    ),
    *(
        "Stop sending me these emails. Unsubscribe me.",
        "Please take me off the list. Thanks!",
        "Please cancel my subscription",
    ),
    *("Don't send me any more emails", "I don't want to receive these emails anymore."),
    *(
        "Abmelden",
        "Bitte austragen",
        "Bitte nehmen Sie mich aus dem Verteiler.",
        "Newsletter abbestellen",
        "Keine Mails mehr bitte",
    ),
    *(
        "Désabonner",
        "Merci de me désabonner de cette liste",
        "désinscription",
        "Je ne souhaite plus recevoir ces mails",
    ),
    *("darme de baja", "Cancelar suscripción", "Por favor, denme de baja de esta lista", "BAJA"),
    *("cancelar inscrição", "Por favor, descadastrar meu email", "Não quero mais receber estes emails"),
    *("disiscrivetemi", "Vorrei cancellarmi dalla lista, grazie", "annulla iscrizione"),
    *("отписаться", "Прошу отписать меня от рассылки", "Удалите меня из списка, пожалуйста"),
    *(
        "退订",
        "请取消订阅",
        "我要退订，谢谢",
        "請取消訂閱",
        "不要再发邮件给我了",
        "配信停止",
        "購読解除をお願いします",
        "メールの配信を停止してください",
    ),
    *("구독 취소", "수신거부", "구독 해지 부탁드립니다", "afmelden", "إلغاء الاشتراك", "सदस्यता समाप्त करें"),
)
NO_WISHES = in_answers(
    TO_READ,
    *(
        "Thank you!",
        "Please don't unsubscribe me",
        "How do I unsubscribe my colleague?",
        "Please do not stop!",
        "unsubscribe?",
    ),
    *(
        "I did not unsubscribe",
        "You unsubscribed me by mistake",
        "Please cancel my unsubscription",
        "I receive no more mails",
    ),
    *(
        "I no longer receive the digest",
        "Don't stop sending these emails",
        "Please remove papers on robots from the digest",
    ),
    *(
        "The unsubscribe link does not work",
        "unsubscribe is what your mail says",
        "Can you unsubscribe bo@example.org",
    ),
    *(
        "Bitte nicht abmelden",
        "Ich habe keine Mails erhalten",
        "Danke, ich melde mich wieder",
        "Wie kann ich mich abmelden?",
    ),
    *(
        "Ne me désabonnez pas",
        "Je ne reçois plus vos mails",
        "¿Cómo me doy de baja?",
        "No me den de baja",
        "Cancelar la baja",
    ),
    *(
        "Não quero cancelar",
        "Non voglio cancellarmi",
        "Не отписывайте меня",
        "Как отписаться?",
        "请不要退订",
        "如何退订",
        "我不想退订",
    ),
    *(
        "配信停止しないでください",
        "退会したくないです",
        "구독 취소하지 마세요",
        "구독 취소 방법을 알려주세요",
    ),
)
OTHER_WISHES = rows(
    STOPPED,
    Apple_Mail=message(
        "unsubscribe {token}",
        "Apple Mail sent this email to unsubscribe from the message “{subject}”.",
        f"X-Apple-Unsubscribe: true\n{AWAY}",
    ),
    Apple_Mail_that_loses_the_subject=message(
        "", "", f"To: digest+{{token}}@example.net\nX-Apple-Unsubscribe: true\n{AWAY}"
    ),
    Gmail=message("unsubscribe {token}", "This message was automatically generated by Gmail."),
    Outlook_on_the_web=message(
        "Unsubscribe {token}", "", "X-MS-Has-Attach:\nX-Auto-Response-Suppress: All\n"
    ),
    Yahoo=message("unsubscribe {token}", "", "Precedence: bulk\nX-Mailer: WebService/1.1 YMailNorrin\n"),
    GMX=message("unsubscribe {token}", "", "Return-Path: <>\nAuto-Submitted: auto-generated\n"),
    QQ=message(encoded("退订", "gb18030") + " {token}", "", "X-QQ-mid: webmail1\nX-Mailer: QQMail 2.x\n"),
    plus_address=message("", "", "To: digest+{token}@example.net\n"),
    plus_address_named=message("Unsubscribe", "", 'To: "Daily Papers" <unsubscribe+{token}@example.net>\n'),
    minus_address=message(
        "(no subject)", "", "To: Undisclosed recipients:;\nDelivered-To: digest-{token}@example.net\n"
    ),
    equals_address=message("hello", "", "X-Original-To: digest={token}@example.net\n"),
    Exim_says_for_whom=message("hello", "", "Envelope-To: digest+{token}@example.net\nPrecedence: bulk\n"),
    copied_to_the_address=message("hello", "", "Cc: Bo <bo@example.org>,\n\tdigest+{token}@EXAMPLE.net\n"),
    HTML_only=html(
        "stop",
        "<html><head><style>p {x:y}</style></head><body><div>unsubscribe {token}</div></body></html>",
        "",
    ),
    HTML_answer=html(
        "Re: {subject}",
        f"<div dir=ltr>Unsubscribe</div><br><div class=gmail_quote>{WROTE}"
        "<blockquote>unsubscribe {token}</blockquote></div>",
    ),
    Outlook_desktop=html(
        "RE: {subject}",
        "<html xmlns:o='urn:x'><head><!-- a > b --><style>@font-face</style></head><body>"
        "<p class=MsoNormal>Please unsubscribe me.<o:p></o:p></p>"
        "<p><b>From:</b> Daily Papers</p><p>unsubscribe {token}</p></body></html>",
    ),
    Outlook_web_answer=html(
        "Re: {subject}", "<div>&#8203;unsubscribe&nbsp;</div><hr><div id=divRplyFwdMsg><b>From:</b> x</div>"
    ),
    Thunderbird_answers_below=message("Re: {subject}", f"{WROTE}{QUOTED}\n\nunsubscribe\n\n-- \nAda", REPLY),
    Thunderbird_breaks_the_attribution=message(
        "Re: {subject}",
        f"On 24 June 2026, Daily Papers\n<digest@example.net> wrote:\n{QUOTED}\nunsubscribe\n",
        REPLY,
    ),
    K_9=message(
        "Re: {subject}",
        f"Unsubscribe\n-- \nSent from my Android device with K-9 Mail.\n{QUOTED}",
        "References: {id}\n",
    ),
    Proton=message(
        "Re: {subject}",
        "Unsubscribe me\n\nSent with [Proton Mail](https://proton.example) secure email.\n\n"
        f"-------- Original Message --------\n{QUOTED}",
        REPLY,
    ),
    Naver=in_charset(
        "RE: {subject}", "수신거부 부탁드립니다\r\n\r\n-----Original Message-----\r\nFrom: x", "euc-kr"
    ),
    QQ_answer=in_charset(
        "回复：{subject}",
        "退订\n\n------------------ 原始邮件 ------------------\n发件人: x",
        "gb18030",
        "gb2312",
    ),
    Japanese_phone=in_charset("Re: {subject}", "配信停止\n\niPhoneから送信", "iso-2022-jp"),
    Russian_webmail=in_charset(
        "Re: {subject}", "Отписаться\n\n24.06.2026 Daily Papers пишет:\n> x", "koi8-r"
    ),
    phone=message(
        "Re: {subject}",
        "Unsubscribe\n\nSent from my iPhone\n\n> On 24 Jun 2026, at 07:00, Papers <x@y.example> wrote:\n",
        REPLY,
    ),
    with_a_greeting=message(
        "Re: {subject}",
        f"Dear Daily Papers team,\n\nplease unsubscribe me.\n\nBest regards\nAda\n\n{QUOTED}",
        REPLY,
    ),
    below_the_banner_of_a_gateway=message(
        "[EXT] Re: {subject}",
        "CAUTION: This email originated from outside of the organization.\n\nUnsubscribe\n",
        REPLY,
    ),
    in_the_subject_alone=message("unsubscribe", "", REPLY),
    in_the_subject_with_thanks=message("Re: Unsubscribe", "Thank you", REPLY),
    in_the_subject_above_a_quotation=message("STOP", f"{WROTE}{QUOTED}", REPLY),
    encoded_in_the_subject=message(encoded("配信停止", "iso-2022-jp"), "", REPLY),
    with_the_mail_quoted_by_a_program_that_keeps_no_thread=message("{subject}", f"unsubscribe\n\n{QUOTED}"),
    token_in_the_first_line=message("Re: {subject}", f"unsubscribe {{token}}\n\nAda\n\n{QUOTED}", REPLY),
    token_broken_by_quoted_printable=message(
        "x", "unsubscribe {token1}=\n{token2}", "Content-Transfer-Encoding: quoted-printable\n"
    ),
    plain_text_that_is_empty=in_two_parts(" ", "<p>Unsubscribe</p>"),
    both_texts=in_two_parts(f"Unsubscribe\n{WROTE}{QUOTED}", "<p>Unsubscribe</p>"),
    marked_as_spam=message("[SPAM] Re: {subject}", "unsubscribe", f"{REPLY}X-Spam-Flag: YES\n"),
    answer_to_a_request_from_a_phone=message("Re: unsubscribe {token}", "发自我的iPhone"),
    empty_subject=message("", "unsubscribe {token}"),
    forwarded_request=message(
        "Fwd: unsubscribe {token}",
        "---------- Forwarded message ---------\nFrom: x\nSubject: unsubscribe {token}",
    ),
)
COMPLAINTS = rows(
    COMPLAINED,
    abuse=feedback("abuse"),
    in_capitals=feedback("Abuse"),
    opt_out=feedback("opt-out"),
    opt_out_of_a_list=feedback("opt-out-list"),
    headers_only=feedback("abuse", "text/rfc822-headers"),
    in_a_report_of_no_type=feedback("abuse", outer="bare"),
    in_mixed_parts=feedback("abuse", outer="mixed"),
    without_a_Message_ID=feedback(
        "abuse", mail="From: x\nList-Unsubscribe: <mailto:d@x.example?subject=unsubscribe%20{token}>\n\ntext"
    ),
    with_a_new_Message_ID=feedback(
        "abuse", mail="Message-ID: <1@isp.example>\nList-Unsubscribe: <mailto:d+{token}@x.example>\n\ntext"
    ),
    passed_on_as_an_attachment=feedback(
        "abuse", mail="Message-ID: <f@isp.example>\nContent-Type: message/rfc822\n\n{head}\n\ntext"
    ),
    Microsoft_before_2026=message(
        "complaint about message from 192.0.2.1",
        "--B\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: x@ms.example\n{head}\n\nx\n--B--",
        kind='multipart/mixed; boundary="B"',
    ),
)
NOISE_MESSAGES = rows(
    NOISE,
    Outlook_away=message("Automatic reply: {subject}", f"I am away.\n\n{QUOTED}", f"{AWAY}{REPLY}"),
    Outlook_away_without_headers=message("Automatische Antwort: {subject}", "Ich bin nicht da."),
    Exchange_2003_away=message("Out of Office: unsubscribe {token}", "unsubscribe {token}"),
    Gmail_away=message("Re: unsubscribe {token}", "", f"{AWAY}Precedence: bulk\n{REPLY}"),
    away_that_quotes_first=message("Re: {subject}", "unsubscribe {token}", f"{AWAY}{REPLY}"),
    away_in_an_automatic_mail_to_the_address=message(
        "Re: {subject}", "Away", f"To: digest+{{token}}@example.net\n{AWAY}{REPLY}"
    ),
    away_with_a_bare_word=message("Re: {subject}", "stop", f"{AWAY}{REPLY}"),
    Spanish_away=message("Respuesta: {subject}", "Estoy fuera", "X-Autoreply: yes\n"),
    Japanese_away=message(
        encoded("不在通知", "utf-8"), "休暇中です。\n\n> unsubscribe {token}", "Precedence: auto_reply\n"
    ),
    ticket_system=message(
        "[Ticket 12] received: {subject}",
        "We received your mail.",
        f"Auto-Submitted: auto-generated\n{REPLY}",
    ),
    mailing_list=message("Re: {subject}", "unsubscribe", f"List-Id: <l.example.org>\n{REPLY}"),
    DMARC=message(
        "Report domain: example.net Submitter: mx.example Report-ID: 1",
        "H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
        "Content-Transfer-Encoding: base64\n",
        "application/gzip; name=r.xml.gz",
    ),
    DMARC_named_by_its_file=message(
        "DMARC",
        "UEs=",
        "Content-Transfer-Encoding: base64\n",
        'application/zip; name="mx.example!example.net!1782259200!1782345599.zip"',
    ),
    TLS_report=message(
        "Report Domain: example.net Submitter: mx.example Report-ID: <1>",
        "--B\n\nx\n--B--",
        kind='multipart/report; report-type="tlsrpt"; boundary="B"',
    ),
    read_receipt=report(
        "Disposition: manual-action/MDN-sent-manually; displayed", "disposition-notification"
    ),
    deleted_unread=report(
        "Disposition: automatic-action/MDN-sent-automatically; deleted", "disposition-notification"
    ),
    old_read_receipt=message("Read: {subject}", "Your message was read."),
    delayed=report("Action: delayed"),
    delivered=report("Action: delivered", status="2.0.0"),
    relayed=report("Action: relayed", status="2.0.0"),
    Exim_warns=message(
        "Warning: message 1x-2y delayed 24 hours",
        "No action is required.",
        f"From: Mail Delivery System <Mailer-Daemon@mx.example>\n{AWAY}",
    ).replace("From: {to}\n", ""),
    not_spam=feedback("not-spam"),
    authentication_failed=feedback("auth-failure"),
    spam=message("Cheap watches", "Buy now", "X-Spam-Flag: YES\n"),
    bulk_mail=message("Our spring offers", "Buy now", "Precedence: bulk\n"),
)
MESSAGES_TO_READ = rows(
    TO_READ,
    question=message("Can I get fewer papers?", "Hello, can I?"),
    wish_of_nobody_known=message("unsubscribe", "unsubscribe"),
    null_return_path=message("unsubscribe", "unsubscribe", f"Return-Path: <>\n{REPLY}"),
    button_of_somebody_unknown=message("unsubscribe " + "a" * 32, "", AWAY),
    Apple_Mail_that_loses_all=message("", "", f"X-Apple-Unsubscribe: true\n{AWAY}"),
    wish_with_a_cut_token=message("unsubscribe {token1}", ""),
    answer_in_a_thread_of_a_request=message("Re: unsubscribe {token}", "No, I do want these mails!"),
    forwarded_request_with_a_question=message("Fwd: unsubscribe {token}", "What is this?"),
    subject_that_a_question_follows=message(
        "Unsubscribe", "Hi,\n\nhow can I unsubscribe my colleague?", REPLY
    ),
    colleague_answers_what_was_passed_on=message(
        "Re: Fwd: {subject}",
        "unsubscribe",
        "In-Reply-To: <1@phone.example>\nReferences: {id} <1@phone.example>\n",
    ),
    thanks_below_the_quotation=message("Re: {subject}", f"{WROTE}{QUOTED}\nThank you!", REPLY),
    thanks_in_HTML=html("Re: {subject}", "<p>Thank you!</p><blockquote>unsubscribe {token}</blockquote>"),
    hidden_text=html("Re: {subject}", "<div style='display:none'>unsubscribe</div><p>Nice papers</p>"),
    German_thanks=message("AW: {subject}", f"Danke!\n\nAm 24.06.2026 schrieb Daily Papers:\n{QUOTED}", REPLY),
    forwarded_digest=message(
        "Fwd: {subject}", "Look at this\n\n-------- Forwarded Message --------\nunsubscribe {token}", REPLY
    ),
    forwarded_digest_without_words=message(
        "Fwd: {subject}", "-------- Forwarded Message --------\nunsubscribe {token}", REPLY
    ),
    quotation_without_signs=message("Re: {subject}", f"{WROTE}\nunsubscribe\n", REPLY),
    attached_request=message(
        "Look",
        "--B\n\nsee\n--B\nContent-Type: message/rfc822\n\nSubject: unsubscribe {token}\n\nunsubscribe\n--B--",
        kind='multipart/mixed; boundary="B"',
    ),
    fraud=feedback("fraud"),
    complaint_of_no_type=feedback(""),
    complaint_about_another_mail=feedback("abuse", mail="Message-ID: <1@elsewhere.example>\n\ntext"),
    failure_that_is_not_understood=message(
        "Mail delivery failed", "No such user.", "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\n"
    ).replace("From: {to}\n", ""),
    failure_of_another_mail=report("Action: failed", status="5.1.1")
    .replace("{head}", "Message-ID: <1@elsewhere.example>")
    .replace("{id}", "<1@elsewhere.example>"),
)
ANSWERS = {
    "tokens in subjects": TOKENS_IN_SUBJECTS,
    "wishes in answers": WISHES_IN_ANSWERS,
    "no wishes": NO_WISHES,
    "other wishes": OTHER_WISHES,
    "complaints": COMPLAINTS,
    "noise": NOISE_MESSAGES,
    "to read": MESSAGES_TO_READ,
}


def filled(text: str, places: Mapping[str, str]) -> bytes:
    """The message with its places filled in."""
    for place, value in places.items():
        text = text.replace(f"{{{place}}}", value)
    return text.encode()
