"""What mail servers say when they refuse us, as patterns for digest.domain.fault.

Each pattern takes linear time: what may lie between two words is bounded. Patterns ignore case; a space
stands for any white space. Servers: Postfix, Exim, Sendmail, OpenSMTPD, qmail, Exchange and Microsoft 365,
Gmail, Yahoo, iCloud, GMX and web.de, T-Online, Orange, mail.ru, Yandex, QQ, NetEase (163), Zoho, and the
relays and filters Amazon SES, SendGrid, Mailgun, Brevo, Mimecast, Proofpoint, Barracuda, Cloudflare.
"""

BLOCKLIST = (
    r"\bmismatch(?:es)? client ip\b",
    r"\bhost network not allowed\b",
    r"\b(?:block|black|deny|banned)[- ]?list",
    r"\bblock listed\b",
    r"\bblocked using\b",
    r"\bbanned send(?:ing ip|er)\b",
    r"\b(?:rbl|dnsbl|spamhaus|spamcop|barracuda ?central|sorbs|uceprotect|abusix|proofpoint|cloudmark)\b",
    r"\breputation\b",
    r"\b(?:client|remote) host .{0,80}\b(?:blocked|rejected|denied)\b",
    r"\bclient host (?:rejected|blocked)\b",
    (
        r"\b(?:your|sending|sender|connecting|source) (?:ip|host|server|network|mta|system|"
        r"mail server)\b.{0,80}\b(?:blocked|rejected|denied|listed|banned|refused|not (?:allowed|"
        r"accepted|authorized))\b"
    ),
    r"\bip (?:address )?\S{0,45} ?(?:is |has been |was )?(?:blocked|rejected|denied|banned|listed|refused)",
    r"\bip (?:address )?not allowed\b",
    r"\b(?:mail )?from ip not allowed\b",
    r"\bunauthorized ip\b",
    r"\baccess from ip\b",
    r"\btraffic not accepted from this ip\b",
    r"\bdynamic ip",
    r"\bnemesis esmtp service\b",
    r"\breverse (?:dns|hostname|lookup|host ?name)\b",
    r"\bptr (?:resource )?record\b",
    r"\bfcrdns\b",
    r"\brdns\b",
    r"\bcannot find your (?:reverse )?host ?name\b",
    r"\bhelo command rejected\b",
    r"\b(?:helo|ehlo) .{0,40}\brejected\b",
    r"\[(?:bl|ph|gl|rl)\d{2}\]",  # Yahoo
    r"\bHL:[A-Z]{3}\b",  # NetEase
    r"\bIP in blacklist\b",
    r"\bOFR_?506\b",  # Orange, T-Online
    r"\bask your postmaster for help\b",
    r"\badresse ip .{0,40}\bbloqu",
    r"\bIP-Adresse .{0,40}\bgesperrt\b",
)

RELAYING = (
    (
        r"\brelay(?:ing)?\b.{0,40}\b(?:denied|not (?:allowed|permitted|supported)|prohibited|"
        r"disallowed|refused)\b"
    ),
    r"\b(?:unable|not allowed|not permitted|cannot|refus\w{2,3}|do(?:es)? not|denied|no) (?:to )?relay",
    r"\b(?:denied|disallow\w{0,2}) .{0,20}\brelay",
    r"\bremote domains not supported\b",
    r"\brcpthosts\b",
    r"\bwe do not relay\b",
    r"\btenantattribution\b",
    r"\bsandbox subdomains? (?:is|are) for test",
    r"\bauthorized recipients\b",
    r"\bfree accounts are for test\b",
)

SENDER = (
    r"send ?as ?denied",
    r"\bstoredrv\.submission\b",
    r"\bnot allowed to send as\b",
    r"\bpermissions? to send (?:as|on behalf)\b",
    (
        r"\bsender(?:'s)? (?:e?-?mail )?(?:address |domain |id )?(?:is |was |has been )?(?:rejected|"
        r"denied|refused|unknown|invalid|blocked|unverified|unroutable|unrouteable|not (?:allowed|"
        r"verified|permitted|valid|found|accepted|authori[sz]ed|in ))"
    ),
    r"\bsender verif(?:y|ication) (?:failed|callout)",
    r"\bsender verify callout\b",
    r"\bunrouteable sender\b",
    r"\b(?:domain of sender|sender(?:'s)?) .{0,80}\bdoes(?: not|n't) (?:exist|resolve)\b",
    r"\b(?:unknown|invalid|bad|unverified|unauthenticated|suspected spam|blocked|bad outbound) senders?\b",
    (
        r"\b(?:mail[- ]?)?from (?:address )?(?:must|does not|doesn't|is not|not) .{0,20}\b(?:equal|"
        r"match|verified|owned|allowed)"
    ),
    r"\bnot owned by\b",
    r"\bverified sender identity\b",
    r"\b(?:email|from) address is not verified\b",
    r"\bidentities failed the check\b",
    r"\bmail from domain (?:is )?not verified\b",
    r"\bunregistered domain",
    r"\bsending domain\b.{0,40}\b(?:not|is not)\b",
    r"\bdomain \S{1,80} is not allowed to send\b",
    r"\bMI:(?:SPB|IMF)\b",  # NetEase
    r"\bDT:SUM\b",
    r"\babsender[\w-]{0,12} .{0,40}\b(?:abgelehnt|ungültig|nicht erlaubt|nicht zugelassen)\b",
    r"\bexpéditeur .{0,40}\b(?:rejeté|refusé|interdit|invalide)",
    r"\bremitente .{0,40}\brechazad",
    r"发件人.{0,20}(?:拒绝|不合法|不合规范|不存在)",
    r"отправител\w{1,4} .{0,40}(?:отклон|запрещ)",
)

LOGIN = (
    r"\b(?:smtp )?auth(?:entication)? (?:is )?(?:required|first)\b",
    r"\bmust (?:log ?in|authenticate)\b",
    r"\blog ?in first\b",
    r"\bplease authenticate\b",
    r"\bturn on smtp authentication\b",
    r"\bclient (?:was |is )?not authenticated\b",
    r"\bpop before smtp\b",
    r"\bcheck (?:for )?(?:new )?mail first\b",
)

QUOTA = (  # of the sending account
    r"\bsent to too many recipients\b",
    (
        r"\b(?:daily|hourly|monthly|sending|submission|outgoing|outbound|sender|recipient rate|"
        r"message rate)\b.{0,40}\b(?:limit|quota|rate|allowance)\b"
    ),
    r"\b(?:limit|quota)\b.{0,30}\b(?:per|an?) (?:day|hour|month|minute|24 ?h)",
    r"\bmaximum (?:sending rate|credits)\b",
    r"\bmessage (?:count )?(?:limit|quota)\b",
    r"\bexceeded message limit\b",
    r"\brate[- ]?limit",
    r"\bthrottl(?:ing|ed)\b",
    r"\bfrequency limited\b",
    r"\btoo many (?:messages|mails|e-?mails)\b",
    r"\buser has reached (?:the |its )?limit\b",
    r"\bunusual (?:rate|sending|volume)",
    r"\bunexpected volume\b",
    r"\[tss?\d{2}\]",  # Yahoo
    r"\bmax defers and failures\b",
    r"\breached .{0,20}\blimit\b",
    r"\bover .{0,20}\bsending\b",
    r"\bsending (?:is |has been |was )?(?:paused|suspended|disabled|blocked)\b",
    r"\boutgoing blocked\b",
    (
        r"\byour (?:smtp )?(?:account|domain|mailbox)\b.{0,40}\b(?:suspended|disabled|blocked|locked|"
        r"not (?:yet )?activated|limit)"
    ),
    r"\baccount is not (?:yet )?activated\b",
    r"\bdomain is (?:disabled|suspended)\b",
    r"\buser is locked\b",
    r"\bMI:(?:STC|CEL)\b",  # NetEase
    r"\bRP:[A-Z]{3}\b",
    r"(?:发信|发送|发件).{0,12}(?:限制|上限|频率|超限)",
    r"送信.{0,12}(?:制限|上限)",
    r"\bsende(?:limit|kontingent)\b",
    r"\blimite d'envoi\b",
    r"\blímite de envío\b",
    r"лимит .{0,20}(?:писем|отправ)",
)

AUTHENTICATION = (  # SPF, DKIM, DMARC
    r"\b(?:spf|dkim|dmarc|arc|sender ?id)\b",
    r"\bMI:(?:SPF|DMC)\b",
    r"\b(?:un|not )authenticated\b",
    r"\bunauthenticated (?:mail|e-?mail|sender)",
    r"\brequired (?:authentication )?level\b",
    r"\banti-?spoof",
    r"\bspoof(?:ed|ing)\b",
)

SPAM = (
    r"\b(?:spam|spammers?|unsolicited|ube|uce|phish(?:ing)?|junk ?mail|bulk mail)\b",
    r"\bspam(?:my|ming)\b",
    r"\b(?:mail|message)?\s?content (?:was |is )?(?:rejected|refused|denied|restrictions?|not acceptable)\b",
    r"\bDT:[A-Z]{3}\b",
    r"垃圾邮件",
    r"垃圾郵件",
    r"迷惑メール",
    r"スパム",
    r"\bспам",
    r"\bUNS-",
    r"\bindésirable",
    r"\bcorreo no deseado\b",
)

POLICY = (
    r"\b(?:local|security|delivery|mail|site|administrative)? ?polic(?:y|ies)\b",
    r"\badministrative(?:ly)? (?:prohibit|den|block|lock)",
    r"\benvelope blocked\b",
    r"\bblocked senders?\b",
    r"\b(?:access|permission) (?:is |was )?(?:denied|refused)\b",
    r"\bnot authori[sz]ed\b",
    r"\bdelivery not authori[sz]ed\b",
    r"\bnull sender is not allowed\b",
    r"\bgo away\b",
    r"\bmust issue a starttls\b",
    r"\bencryption (?:is )?(?:needed|required)\b",
    r"\bMI:[A-Z]{3}\b",
    r"\[(?:CS|HM|PR)\d{2}\]",  # iCloud
    r"\brichtlinie",
    r"\bpolitique\b",
    r"\bpolítica\b",
    r"\bnaruszenie zasad\b",
)
