"""What mail servers say when they refuse an address or a message, as patterns for digest.domain.fault.

As in digest.domain.fault_words, each takes linear time, and ignores case.
"""

ASK_AGAIN = (
    r"\bexceeds (?:the )?mailbox quota\b",
    r"\bgr[ae]y-?list",
    r"\bmailbox unavailable or access denied\b",  # QQ: gets too much at once
    r"\breceiving mail (?:too quickly|at a rate)\b",
)

THIS_RECIPIENT = (  # with words that elsewhere mean us
    r"\bresolver\.rst\.(?!sendersizelimit|recipsizelimit)",  # Microsoft 365: takes mail of some people only
    r"\bthe group you tried to contact\b",  # Gmail
    r"\bdisabled recipient\b",
    r"\brecipient address rejected: access denied\b",  # Microsoft 365 has no such mailbox
    r"\bpreviously bounced address\b",
    r"\b(?:on|in) (?:the|our|your) (?:account )?suppression list\b",
    r"\brejected by (?:the )?recipients?\b",
    r"\bbounced address\b",
    r"\bblocked by (?:the )?(?:recipient|user)\b",
)

MESSAGE = (
    r"\bmessage (?:size|is too (?:large|big|long)|too (?:large|big|long))\b",
    r"\btoo (?:large|big)\b",
    r"(?<!mailbox )\bsize limit\b",
    r"\bexceed\w{0,3} (?:the )?(?:maximum |max |fixed |mail|message )?(?:message |mail)?size\b",
    r"\bmax(?:imum)? message size\b",
    r"\blines? (?:is |are )?too long\b",
    r"\bmailsize limit\b",
    r"邮件过大",
    r"\bzu groß\b",
    r"\btrop volumineux\b",
    r"\bvirus\b",
    r"\bmalware\b",
    r"\binfected\b",
    r"\battachment\b",
    r"\bpotential security issue\b",
    r"\b(?:not|non)[- ]?(?:rfc|compliant)",
    r"\brfc ?\d{3,4}\b",
    r"\bmalformed (?!or unexpected name)",
    r"\bbare (?:lf|cr|line feed)",
    r"\bnon-ascii\b",
    r"\b(?:missing|invalid|duplicate|multiple|bad) .{0,20}\bheader",
    r"\bheader .{0,20}\b(?:missing|invalid|too long)",
    r"\bloops back to myself\b",
    r"\b(?:too many hops|hop count|mail loop|routing loop)\b",
)

MAILBOX_FULL = (
    r"\bover ?quota\b",
    r"\bquota (?:is )?(?:exceeded|full)\b",
    r"\bexceeded (?:its |the |their )?(?:\w{1,12} )?quota\b",
    r"\b(?:mailbox|inbox|maildir|mail box|account) .{0,20}\b(?:full|over quota|exceeded)\b",
    r"\bmailbox size limit\b",
    r"\b(?:out of|insufficient|not enough) (?:storage|disk|system storage)(?: space)?\b",
    r"\bstorage (?:limit|exceeded|allocation)\b",
    r"\bstorage space\b",
    r"邮箱.{0,6}满",
    r"メールボックス.{0,8}(?:いっぱい|容量)",
    r"\bpostfach .{0,20}\b(?:voll|überfüllt)\b",
    r"\bspeicherplatz\b",
    r"\bbo[iî]te .{0,40}\bpleine?\b",
    r"\bbuzón lleno\b",
    r"\bcasella .{0,20}\bpiena\b",
    r"\bcaixa (?:postal )?cheia\b",
    r"ящик .{0,20}(?:переполнен|полон)",
)

_WHO = r"(?:user|recipient|mailbox|e-?mail|address|account|addressee|alias|local part|destinataire)"

NO_SUCH_ADDRESS = (
    (
        rf"\b{_WHO}s? (?:address )?(?:is |was |are )?(?:unknown|not (?:found|known|exist\w{{0,3}})|"
        r"invalid|nonexistent)\b"
    ),
    (
        r"\b(?:unknown|no such|invalid|nonexistent|not a valid|not a known|illegal|"
        rf"bad destination) (?:local |virtual |e-?mail )?{_WHO}\b"
    ),
    r"\bdoes(?: not|n't|n o t) (?:exist|have an? \S{1,40} ?account)\b",
    r"\bno (?:mailbox|user|recipient|account) ",
    r"\bnosuchuser\b",
    r"\bdoes not accept mail\b",
    r"\bnull ?mx\b",
    r"\bhas moved\b",
    r"\brecipientnotfound\b",
    r"\bexrecipnotfound\b",
    r"\bunknown or illegal alias\b",
    r"\bno such person\b",
    r"\b(?:recipient|mailbox|user|person|nobody|no one|there is no one) .{0,20}\b(?:by|with) that name\b",
    r"\b(?:invalid|unknown) (?:recipients?|destination)\b",
    r"\bno longer (?:on server|available|exists|valid|here)\b",
    r"\bis not (?:a|our) (?:known |valid )?(?:user|customer|recipient|mailbox)\b",
    r"\bno one (?:here )?by that\b",
    (
        r"\b(?:empfänger|benutzer|adresse|nutzer)\w{0,4} .{0,20}\b(?:unbekannt|nicht gefunden|"
        r"existiert nicht|ungültig)"
    ),
    r"\b(?:utilisateur|destinataire)s? .{0,20}\b(?:inconnu|introuvable|invalide)",
    r"\badresse .{0,40}\binvalide\b",
    r"\busuario (?:desconocido|inexistente|no existe)",
    r"\butente sconosciuto",
    r"\busu[aá]rio (?:desconhecido|inexistente)",
    r"(?:用户|收件人|邮箱|帐号|账号|地址).{0,4}(?:不存在|未找到|无效)",
    r"(?:宛先|ユーザー?|受信者|アドレス).{0,8}(?:不明|存在しません|見つかりません)",
    r"(?:пользовател\w|адрес\w{0,2}|ящик\w{0,2}) .{0,12}(?:не найден|не существует)",
    r"존재하지 않",
)

ADDRESS_REFUSED = (
    (
        r"\b(?:user|recipient|mailbox|account|address)\b.{0,40}\b(?:disabled|inactive|suspended|"
        r"terminated|deactivated|expired|closed|blocked|locked|rejected|refused)\b"
    ),
    r"\binactive (?:e-?mail )?(?:address|user|account|mailbox)\b",
    r"\brecipient verif",
    r"\bundeliverable address\b",
    r"\bmailbox (?:is )?(?:currently )?unavailable\b",
    r"\bmailbox .{0,20}\bnot accepting\b",
    r"\buser .{0,20}\bterminated\b",
    r"\bunroutea?ble (?:address|domain)\b",
    r"\bhost (?:or domain name )?(?:unknown|not found)\b",
    r"\bdomain not found\b",
    r"\bno (?:route to )?(?:such )?(?:host|domain)\b",
    r"\bname service error\b",
    r"\bnon-?existent (?:hosts?|domain)\b",
    r"\brecipient .{0,30}\bpossibly incorrect\b",
)
