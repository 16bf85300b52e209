"""What mail servers say when they refuse, as patterns: the table that digest.domain.fault reads. Facts only.

Each pattern takes linear time: what may lie between two words is bounded. Patterns ignore case; a space stands
for any white space. Servers: Postfix, Exim, Sendmail, OpenSMTPD, qmail, Exchange and Microsoft 365, Gmail, Yahoo,
iCloud, GMX and web.de, T-Online, Orange, mail.ru, Yandex, QQ, NetEase (163), Zoho, and the relays and filters
Amazon SES, SendGrid, Mailgun, Brevo, Mimecast, Proofpoint, Barracuda, Cloudflare.
"""

ASK_AGAIN = (
    r"\bgr[ae]y-?list",
    r"\bmailbox unavailable or access denied\b",  # QQ: gets too much at once
    r"\breceiving mail (?:too quickly|at a rate)\b",
)

THIS_RECIPIENT = (  # with words that elsewhere mean us
    r"\brecipient address rejected: access denied\b",  # Microsoft 365 has no such mailbox
    r"\bpreviously bounced address\b",
    r"\b(?:on|in) (?:the|our|your) (?:account )?suppression list\b",
    r"\brejected by (?:the )?recipients?\b",
    r"\bbounced address\b",
    r"\bblocked by (?:the )?(?:recipient|user)\b",
)

BLOCKLIST = (
    r"\b(?:block|black|deny|banned)[- ]?list",
    r"\bblock listed\b|\bblocked using\b|\bbanned send(?:ing ip|er)\b",
    r"\b(?:rbl|dnsbl|spamhaus|spamcop|barracuda ?central|sorbs|uceprotect|abusix|proofpoint|cloudmark)\b",
    r"\breputation\b",
    r"\b(?:client|remote) host .{0,80}\b(?:blocked|rejected|denied)\b|\bclient host (?:rejected|blocked)\b",
    r"\b(?:your|sending|sender|connecting|source) (?:ip|host|server|network|mta|system|mail server)\b.{0,80}"
    r"\b(?:blocked|rejected|denied|listed|banned|refused|not (?:allowed|accepted|authorized))\b",
    r"\bip (?:address )?\S{0,45} ?(?:is |has been |was )?(?:blocked|rejected|denied|banned|listed|refused)",
    r"\bip (?:address )?not allowed\b|\b(?:mail )?from ip not allowed\b|\bunauthorized ip\b",
    r"\baccess from ip\b|\btraffic not accepted from this ip\b|\bdynamic ip|\bnemesis esmtp service\b",
    r"\breverse (?:dns|hostname|lookup|host ?name)\b|\bptr (?:resource )?record\b|\bfcrdns\b|\b(?:no|bad) rdns\b",
    r"\bcannot find your (?:reverse )?host ?name\b|\bhelo command rejected\b|\b(?:helo|ehlo) .{0,40}\brejected\b",
    r"\[(?:bl|tss?|ph|gl|rl)\d{2}\]",  # Yahoo
    r"\bHL:[A-Z]{3}\b|\bIP in blacklist\b",  # NetEase
    r"\bOFR_?506\b|\bask your postmaster for help\b",  # Orange, T-Online
    r"\badresse ip .{0,40}\bbloqu|\bIP-Adresse .{0,40}\bgesperrt\b",
)

RELAYING = (
    r"\brelay(?:ing)?\b.{0,40}\b(?:denied|not (?:allowed|permitted|supported)|prohibited|disallowed|refused)\b",
    r"\b(?:unable|not allowed|not permitted|cannot|refus\w{2,3}|do(?:es)? not|denied|no) (?:to )?relay",
    r"\b(?:denied|disallow\w{0,2}) .{0,20}\brelay",
    r"\bremote domains not supported\b|\brcpthosts\b|\bwe do not relay\b|\btenantattribution\b",
    r"\bsandbox subdomains? (?:is|are) for test|\bauthorized recipients\b|\bfree accounts are for test\b",
)

SENDER = (
    r"\bsend ?as ?denied\b|\bnot allowed to send as\b|\bpermissions? to send (?:as|on behalf)\b",
    r"\bsender(?:'s)? (?:e?-?mail )?(?:address |domain |id )?(?:is |was |has been )?"
    r"(?:rejected|denied|refused|unknown|invalid|blocked|unverified|unroutable|unrouteable|"
    r"not (?:allowed|verified|permitted|valid|found|accepted|authori[sz]ed|in ))",
    r"\bsender verif(?:y|ication) (?:failed|callout)|\bsender verify callout\b|\bunrouteable sender\b",
    r"\b(?:domain of sender|sender(?:'s)?) .{0,80}\bdoes(?: not|n't) (?:exist|resolve)\b",
    r"\b(?:unknown|invalid|bad|unverified|unauthenticated|suspected spam|blocked|bad outbound) senders?\b",
    r"\b(?:mail[- ]?)?from (?:address )?(?:must|does not|doesn't|is not|not) .{0,20}"
    r"\b(?:equal|match|verified|owned|allowed)",
    r"\bnot owned by\b|\bverified sender identity\b|\b(?:email|from) address is not verified\b",
    r"\bidentities failed the check\b|\bmail from domain (?:is )?not verified\b|\bunregistered domain",
    r"\bsending domain\b.{0,40}\b(?:not|is not)\b|\bdomain \S{1,80} is not allowed to send\b",
    r"\bMI:(?:SPB|IMF)\b|\bDT:SUM\b",  # NetEase
    r"\babsender\w{0,10} .{0,40}\b(?:abgelehnt|ungültig|nicht erlaubt|nicht zugelassen)\b",
    r"\bexpéditeur .{0,40}\b(?:rejeté|refusé|interdit|invalide)|\bremitente .{0,40}\brechazad",
    r"发件人.{0,20}(?:拒绝|不合法|不合规范|不存在)|отправител\w{1,4} .{0,40}(?:отклон|запрещ)",
)

LOGIN = (
    r"\b(?:smtp )?auth(?:entication)? (?:is )?(?:required|first)\b|\bmust (?:log ?in|authenticate)\b",
    r"\blog ?in first\b|\bplease authenticate\b|\bturn on smtp authentication\b",
    r"\bclient (?:was |is )?not authenticated\b|\bpop before smtp\b|\bcheck (?:for )?(?:new )?mail first\b",
)

QUOTA = (  # of the sending account
    r"\b(?:daily|hourly|monthly|sending|submission|outgoing|outbound|sender|recipient rate|message rate)\b.{0,40}"
    r"\b(?:limit|quota|rate|allowance)\b",
    r"\b(?:limit|quota)\b.{0,30}\b(?:per|an?) (?:day|hour|month|minute|24 ?h)",
    r"\bmaximum (?:sending rate|credits)\b|\bmessage (?:count )?(?:limit|quota)\b|\bexceeded message limit\b",
    r"\brate[- ]?limit|\bthrottl(?:ing|ed)\b|\bfrequency limited\b|\btoo many (?:messages|mails|e-?mails)\b",
    r"\buser has reached (?:the |its )?limit\b|\bunusual (?:rate|sending|volume)|\bunexpected volume\b",
    r"\bmax defers and failures\b|\breached .{0,20}\blimit\b|\bover .{0,20}\bsending\b",
    r"\bsending (?:is |has been |was )?(?:paused|suspended|disabled|blocked)\b|\boutgoing blocked\b",
    r"\byour (?:smtp )?(?:account|domain|mailbox)\b.{0,40}"
    r"\b(?:suspended|disabled|blocked|locked|not (?:yet )?activated|limit)",
    r"\baccount is not (?:yet )?activated\b|\bdomain is (?:disabled|suspended)\b|\buser is locked\b",
    r"\bMI:(?:STC|CEL)\b|\bRP:[A-Z]{3}\b",  # NetEase
    r"(?:发信|发送|发件).{0,12}(?:限制|上限|频率|超限)|送信.{0,12}(?:制限|上限)",
    r"\bsende(?:limit|kontingent)\b|\blimite d'envoi\b|\blímite de envío\b|лимит .{0,20}(?:писем|отправ)",
)

AUTHENTICATION = (  # SPF, DKIM, DMARC
    r"\b(?:spf|dkim|dmarc|arc|sender ?id)\b|\bMI:(?:SPF|DMC)\b",
    r"\b(?:un|not )authenticated\b|\bunauthenticated (?:mail|e-?mail|sender)",
    r"\brequired (?:authentication )?level\b|\banti-?spoof|\bspoof(?:ed|ing)\b",
)

SPAM = (
    r"\b(?:spam|spammers?|unsolicited|ube|uce|phish(?:ing)?|junk ?mail|bulk mail)\b|\bspam(?:my|ming)\b",
    r"\b(?:mail|message)?\s?content (?:was |is )?(?:rejected|refused|denied|restrictions?|not acceptable)\b",
    r"\bDT:[A-Z]{3}\b|垃圾邮件|垃圾郵件|迷惑メール|スパム|\bспам|\bUNS-|\bindésirable|\bcorreo no deseado\b",
)

POLICY = (
    r"\b(?:local|security|delivery|mail|site|administrative)? ?polic(?:y|ies)\b",
    r"\badministrative(?:ly)? (?:prohibit|den|block|lock)|\benvelope blocked\b|\bblocked senders?\b",
    r"\b(?:access|permission|connections?) (?:is |was )?(?:denied|refused|will not be accepted)\b",
    r"\bnot authori[sz]ed\b|\bdelivery not authori[sz]ed\b|\bnull sender is not allowed\b",
    r"\bgo away\b|\bmust issue a starttls\b|\bencryption (?:is )?(?:needed|required)\b|\bMI:[A-Z]{3}\b",
    r"\[(?:CS|HM|PR)\d{2}\]",  # iCloud
    r"\brichtlinie|\bpolitique\b|\bpolítica\b|\bnaruszenie zasad\b",
)

MESSAGE = (
    r"\bmessage (?:size|is too (?:large|big|long)|too (?:large|big|long))\b|\btoo (?:large|big)\b",
    r"\bsize limit\b|\bexceed\w{0,3} (?:the )?(?:maximum |max |fixed |mail|message )?(?:message |mail)?size\b",
    r"\bmax(?:imum)? message size\b|\bmailsize limit\b|邮件过大|\bzu groß\b|\btrop volumineux\b",
    r"\bvirus\b|\bmalware\b|\binfected\b|\battachment\b|\bpotential security issue\b",
    r"\b(?:not|non)[- ]?(?:rfc|compliant)|\brfc ?\d{3,4}\b|\bmalformed\b|\bbare (?:lf|cr|line feed)|\bnon-ascii\b",
    r"\b(?:missing|invalid|duplicate|multiple|bad) .{0,20}\bheader|\bheader .{0,20}\b(?:missing|invalid|too long)",
    r"\bloops back to myself\b|\b(?:too many hops|hop count|mail loop|routing loop)\b",
)

MAILBOX_FULL = (
    r"\bover ?quota\b|\bquota (?:is )?(?:exceeded|full)\b|\bexceeded (?:its |the |their )?(?:\w{1,12} )?quota\b",
    r"\b(?:mailbox|inbox|maildir|mail box|account) .{0,20}\b(?:full|over quota|exceeded)\b",
    r"\bmailbox size limit\b|\b(?:out of|insufficient|not enough) (?:storage|disk|system storage)(?: space)?\b",
    r"\bstorage (?:limit|exceeded|allocation)\b|\bstorage space\b|邮箱.{0,6}满|メールボックス.{0,8}(?:いっぱい|容量)",
    r"\bpostfach .{0,20}\b(?:voll|überfüllt)\b|\bspeicherplatz\b|\bbo[iî]te .{0,40}\bpleine?\b",
    r"\bbuzón lleno\b|\bcasella .{0,20}\bpiena\b|\bcaixa (?:postal )?cheia\b|ящик .{0,20}(?:переполнен|полон)",
)

_WHO = r"(?:user|recipient|mailbox|e-?mail|address|account|addressee|alias|local part|destinataire)"

NO_SUCH_ADDRESS = (
    rf"\b{_WHO}s? (?:address )?(?:is |was |are )?(?:unknown|not (?:found|known|exist\w{{0,3}})|invalid|nonexistent)\b",
    rf"\b(?:unknown|no such|invalid|nonexistent|not a valid|not a known|illegal|bad destination) "
    rf"(?:local |virtual |e-?mail )?{_WHO}\b",
    r"\bdoes(?: not|n't|n o t) (?:exist|have an? \S{1,40} ?account)\b|\bno (?:mailbox|user|recipient|account) ",
    r"\bnosuchuser\b|\brecipientnotfound\b|\bexrecipnotfound\b|\bunknown or illegal alias\b|\bno such person\b",
    r"\b(?:recipient|mailbox|user|person|nobody|no one|there is no one) .{0,20}\b(?:by|with) that name\b",
    r"\b(?:invalid|unknown) (?:recipients?|destination)\b|\bno longer (?:on server|available|exists|valid|here)\b",
    r"\bis not (?:a|our) (?:known |valid )?(?:user|customer|recipient|mailbox)\b|\bno one (?:here )?by that\b",
    r"\b(?:empfänger|benutzer|adresse|nutzer)\w{0,4} .{0,20}\b(?:unbekannt|nicht gefunden|existiert nicht|ungültig)",
    r"\b(?:utilisateur|destinataire)s? .{0,20}\b(?:inconnu|introuvable|invalide)|\badresse .{0,40}\binvalide\b",
    r"\busuario (?:desconocido|inexistente|no existe)|\butente sconosciuto|\busu[aá]rio (?:desconhecido|inexistente)",
    r"(?:用户|收件人|邮箱|帐号|账号|地址).{0,4}(?:不存在|未找到|无效)|(?:宛先|ユーザー?|受信者|アドレス).{0,8}(?:不明|存在しません|見つかりません)",
    r"(?:пользовател\w|адрес\w{0,2}|ящик\w{0,2}) .{0,12}(?:не найден|не существует)|존재하지 않",
)

ADDRESS_REFUSED = (
    r"\b(?:user|recipient|mailbox|account|address)\b.{0,40}"
    r"\b(?:disabled|inactive|suspended|terminated|deactivated|expired|closed|blocked|locked|rejected|refused)\b",
    r"\binactive (?:e-?mail )?(?:address|user|account|mailbox)\b|\brecipient verif|\bundeliverable address\b",
    r"\bmailbox (?:is )?(?:currently )?unavailable\b|\bmailbox .{0,20}\bnot accepting\b|\buser .{0,20}\bterminated\b",
    r"\bunroutea?ble (?:address|domain)\b|\bhost (?:or domain name )?(?:unknown|not found)\b|\bdomain not found\b",
    r"\bno (?:route to )?(?:such )?(?:host|domain)\b|\bname service error\b|\bnon-?existent (?:hosts?|domain)\b",
    r"\bdoes not accept mail\b|\bnullmx\b|\bnull mx\b|\bhas moved\b|\brecipient .{0,30}\bpossibly incorrect\b",
)
