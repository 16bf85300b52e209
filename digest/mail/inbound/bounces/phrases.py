"""What mail servers say to a person about a mail that they could not deliver, in many languages. Pure.

This only tells that there is a failure, and that it is final; whose fault it is, domain.fault judges. Words
are matched on one line, with single spaces. In a language that is missing, a failure is known by its code.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


DAEMON = _any(
    r"mail(?:er)?[-_. ]?daemon|postmaster|mdaemon|\bndr\b",
    r"\bmail(?:er)? ?(?:delivery|administrator|router|server|system)\b",
    r"\bdelivery (?:(?:sub)?system|service)\b|\bmicrosoft ?exchange",
    r"\bsystem ?administrator\b|\badministrateur syst|\badministrador del sistema\b",
    r"<>\s*$",
)
"""The sender of a report, in `From`."""

FAILURE = _any(
    # English
    r"\bundeliver(?:ed|able)\b|\bnon-?delivery\b|\bfailed mail\b|\bfailure notice\b",
    r"\breturn(?:ed|ing) (?:mail|message|your|to (?:the )?sender)\b",
    r"n[o']t (?:be |been |yet |successfully ){0,4}(?:deliver|reach)",
    r"\b(?:un|wasn't )able to (?:deliver|relay|send|reach)|\bfailed to deliver",
    r"\bdeliver(?:y|ing)?\b.{0,40}\bfail(?:ed|ure|s)?\b|\bfail(?:ed|ure)\b.{0,40}\bdeliver",
    r"\bdelivery (?:error|problem|report)\b|\berror (?:in |while |during )?deliver",
    r"\berror (?:has )?occurred while attempting to deliver|\bwas aborted after\b",
    r"\bpermanent(?:ly)? (?:fatal )?(?:error|failure|rejected)|\bgiv(?:en|ing) up\b",
    r"\bdid not like our\b|\bdoes not like recipient\b",
    r"\b(?:message|mail|e-mail|email|recipient|address)\b.{0,60}\b(?:rejected|refused|bounced|returned)\b",
    r"\b(?:unknown|no such|invalid) (?:local )?(?:user|recipient|mailbox|address|account)\b|\buser unknown\b",
    r"\b(?:mailbox|inbox|account) (?:is |has been )?(?:unavailable|full|disabled|inactive|closed)\b",
    r"\b(?:does ?n[o']t|does not) exist\b|\bno(?:t a)? valid (?:recipient|address|mailbox)|\bover quota\b",
    # German
    r"\bunzustellbar|\bnicht (?:\w+ ){0,3}(?:zugestellt|zustellen|ausgeliefert)",
    r"\bzustell\w* .{0,30}fehlgeschlagen|\bfehlgeschlagene zustellung",
    # French
    r"\bnon[- ](?:remis|distribu|délivr|livr)|\bpas (?:pu )?(?:être )?(?:remis|distribu|délivr|livr)",
    r"\béchec de (?:la )?(?:remise|livraison|distribution)",
    # Spanish, Catalan
    r"\bno (?:se )?(?:ha |pudo |puede |fue )?(?:podido )?(?:ser )?entreg|\bno s'ha pogut lliurar",
    r"\berror (?:de|en la) entrega|\bimposible entregar",
    # Italian
    r"\bimpossibile (?:recapitare|consegnare)|\bmanc\w+ recapito|\bnon .{0,20}(?:recapitat|consegnat)",
    # Portuguese
    r"\bnão (?:foi |pôde |pode )?(?:possível )?(?:ser )?entreg|\bfalha na entrega|\bdevolvid",
    # Dutch
    r"\bonbestelbaar|\bniet (?:\w+ ){0,2}(?:afgeleverd|bezorgd|besteld|afleveren|bezorgen)",
    # Swedish, Danish, Norwegian, Finnish
    r"\bolever(?:bart|erat|erbar)|\b(?:inte|ikke) (?:\w+ ){0,3}lever|\bei (?:voitu|voida) toimittaa",
    # Polish, Czech, Hungarian, Romanian, Turkish, Greek
    r"\bniedostarcz|\bnie .{0,30}dostarcz|\bnedoručiteln|\bnepodařilo.{0,20}doruč",
    r"\bnem (?:kézbesít|sikerült)|\bnu (?:a putut fi|poate fi) livrat|\bteslim edilem",
    r"\bδεν (?:ήταν δυνατή|παραδόθηκε|μπορεί να παραδοθεί)|\bπαράδοση απέτυχε",
    r"\bnelivrabil|\blivrarea .{0,30}eșuat|\b(?:toimitus|toimittaminen) epäonnistui",
    # Russian, Ukrainian
    r"\bне (?:было |была |был |может быть |удалось |могло быть )?достав|\bнедоставлен",
    r"\bошибка доставки|\bневозможно доставить|\bне уда(?:лось|ется) (?:\w+ )?достав",
    r"\bне вдалося (?:\w+ )?достав|\bдоставк\w .{0,30}не удалась",
    # Arabic, Hebrew, Thai, Vietnamese, Indonesian
    r"فشل (?:في )?(?:التسليم|تسليم)|غير قابل للتسليم|تعذر (?:ال)?تسليم|מסירה נכשלה|לא ניתן למסור",
    r"ไม่สามารถ(?:จัด)?ส่ง|การส่งล้มเหลว|\bkhông thể gửi|\bgửi không thành công|\btidak (?:dapat )?terkirim",
    # Japanese, Chinese, Korean
    r"配信(?:でき|不能|不可|に失敗)|配達(?:でき|不能)|届(?:けられ|きません)|送信(?:でき|に失敗)|宛先不明",
    r"退信|退回|无法(?:投递|送达|发送|传递)|未能(?:送达|投递|发送)|投递失败|無法(?:傳遞|投遞|送達|傳送)",
    r"배달(?:되지|할 수 없|실패)|전송(?:되지|할 수 없| ?실패)|반송|전달(?:되지|할 수 없)",
)
"""The mail did not arrive."""

NOT_FINAL = _any(
    r"\bwarning message only\b|\bwarning: (?:could not send|message|your message|mail)",
    r"\bdo not need to (?:re|do)send\b|\bno action is required",
    r"\bdelay(?:ed|s)?\b|\bdelivery status notification \(delay|\btemporarily deferred\b",
    r"\bwill (?:be retried|re-?try|be re-?attempted|try (?:again|to deliver)|continue to be)",
    r"\bwill (?:keep|continue)(?: on)? (?:trying|to try|attempting|to attempt)",
    r"\bstill (?:being|trying|in the queue|undelivered|waiting)\b|\bnot yet been delivered\b",
    r"\bnoch nicht zugestellt|\bverzögert|\bretard(?:é|ée|ado|ada)\b|\bretras(?:ado|ada|o)\b",
    r"\bin ritardo\b|\batras(?:ado|ada)\b|\bvertraagd|\bförsenad|\bforsinket|\bopóźnion|\bzpožd",
    r"تأخر|מתעכב|ล่าช้า|\bchậm trễ|\bîntârzi|\bviivästy|\bκαθυστερ",
    r"\bзатрим|\bпока не достав|\bзадерж|\bотложен|遅延|遅れ|延迟|延遲|지연",
)
"""The mail may still arrive."""

FINAL = _any(
    r"(?<!before )\bgiving up\b|\b(?:i've|have|has been|was) given up\b|\bnot going to try again\b",
    r"\bno (?:further|more) (?:attempts|retries)|\bwill not (?:be retried|retry|try again)",
    r"\bcould not be delivered for\b|\bretry time(?:out)?\b.{0,20}\bexceeded|\bin the queue too long\b",
    r"\b(?:message|mail) (?:has )?expired\b|\bexpired after\b",
    r"(?<!not a )\bpermanent (?:fatal )?(?:error|failure)|\bdelivery status notification \(failure",
    r"\bmail delivery failed|\bmail returned to sender\b|\bhas been returned\b",
)
"""It will not, whatever else is said."""

GIVEN_UP = _any(r": envelope expired\b")
"""The reason in OpenSMTPD's last report of a mail, whose fields call it delayed like those before."""

ARRIVED = _any(
    r"(?<!be )(?<!to )(?<!not )\bsuccessful(?:ly)? (?:deliver|sent|relayed)|\bhas been delivered\b",
    r"\bwas delivered to\b|\breturn receipt\b|\bdelivery status notification \((?:success|relay)",
    r"\brelayed to\b|(?<!nicht )\bzugestellt an\b|\berfolgreich zugestellt|^(?:read|gelesen|lu):",
)
"""The mail did arrive."""

AWAY = _any(
    r"\bout of (?:the )?office\b|\bauto(?:matic)?[- ]?(?:reply|response|answer)\b|\bvacation\b",
    r"\bon (?:annual |sick |parental )?leave\b|\baway from\b|\bno longer (?:work|with|monitor)",
    r"\babwesen|\bautomatische antwort|\bréponse automatique|\babsence\b|\brespuesta automática",
    r"\brisposta automatica|\bresposta automática|\bautomatisch antwoord|\bautosvar|\bautomatiskt svar",
    r"\bautomatyczna odpowiedź|\bавтоответ|\bавтоматический ответ",
    r"自動応答|自動回复|自动回复|自動回覆|자동 회신|不在",
)
"""A person does not read their mail for now, or at this address."""
