"""The phrases that say the wish to get no more mail, and the words of politeness around them, by language.

Commas separate them; case, accents and punctuation do not count. A word is polite only if it can turn no
phrase of its language into the reverse: so `not`, `how` and `colleague` are missing.
"""

EVERYWHERE = "unsubscribe, unsubscription, unsub, un subscribe, opt out, stop"
"""In every language."""

SPACED = {
    "English": (
        """
        unsubscribing, be removed, remove me, remove us, remove my email, remove my address,
        remove my email address, remove this address, remove this email, remove this email address,
        take me off, take us off, sign off, signoff, opt me out, delete me, delete my email,
        delete my address, delete my subscription, stop sending, stop mailing, stop emailing,
        stop receiving, stop getting, do not send, don t send, dont send, do not email, don t email,
        dont email, do not mail, don t mail, send me no more, want no more, no more emails, no more mails,
        no more email, no more mail, no longer want to receive, no longer wish to receive,
        no longer want to get, no longer want these, no longer want this, do not want to receive,
        don t want to receive, do not wish to receive, don t wish to receive, do not want these,
        don t want these, do not want any, don t want any, do not want your, don t want your,
        cancel subscription, cancel my subscription, cancel the subscription, cancel this subscription,
        cancel our subscription, end my subscription, leave this list, leave the list
        """,
        """
        please, pls, plz, kindly, request, immediately, now, asap, me, my, us, our, i, i d, i m, we,
        would, like, want, wish, to, be, from, of, off, the, this, that, these, those, your, you, all,
        any, a, an, and, it, list, lists, mailing, mailings, mail, mails, email, emails, e, message,
        messages, newsletter, newsletters, digest, digests, daily papers, address, subscription,
        notifications, updates, alerts, send, more, anymore, future, further, thanks, thank, many,
        in advance, hi, hello, dear, sir, madam, sirs, team, regards
        """,
    ),
    "German": (
        """
        melde ich mich ab, aus dem verteiler nehmen, keine weiteren mails erhalten,
        keine weiteren e mails erhalten, keine weiteren emails erhalten, keine mails mehr erhalten,
        keine e mails mehr erhalten, keine emails mehr erhalten,
        abmelden, abmeldung, austragen, austragung, abbestellen, abbestellung, abbestelle, kündigen,
        kündigung, kündige, löschen, melde mich ab, melde mich hiermit ab, melden sie mich ab,
        melden sie mich bitte ab, melde mich bitte ab, tragen sie mich aus, tragen sie mich bitte aus,
        trage mich aus, trage mich bitte aus, trag mich aus, tragt mich aus, nehmen sie mich aus,
        nehmen sie mich bitte aus, nehmen sie mich von, nehmen sie mich bitte von, nehmt mich aus,
        streichen sie mich, entfernen, keine mails mehr, keine e mails mehr, keine emails mehr,
        keine weiteren mails, keine weiteren e mails, keine weiteren emails, keine nachrichten mehr,
        keinen newsletter mehr, nicht mehr erhalten, nicht mehr bekommen, nicht mehr empfangen, stopp,
        abo beenden
        """,
        """
        bitte, mich, mir, uns, aus, von, vom, der, die, das, dem, den, diesem, dieser, diesen, diese,
        dieses, ihrem, ihrer, eurem, eurer, ihren, verteiler, verteilers, liste, mailingliste, newsletter,
        newsletters, daily papers, ich, möchte, will, würde, gerne, gern, meine, meinen, meiner, mein,
        adresse, e, mail, mails, email, emails, mailadresse, senden, schicken, zusenden, sofort, umgehend,
        danke, dank, vielen, hiermit, abonnement, abo, und, sie, zu, hallo, guten tag,
        mit freundlichen grüßen, viele grüße, grüße
        """,
    ),
    "French": (
        """
        désabonner, désabonnement, désabonnez, désabonne, désinscrire, désinscription, désinscrivez,
        désinscris, résilier, résiliation, arrêter, arrêtez, supprimer, supprimez, retirer, retirez,
        ne plus recevoir, ne veux plus recevoir, ne souhaite plus recevoir, ne désire plus recevoir,
        n envoyez plus, ne m envoyez plus, ne plus m envoyer
        """,
        """
        merci, d avance, avance, de, d, du, des, se, me, m, moi, nous, veuillez, svp, stp,
        s il vous plaît, s il te plaît, je, voudrais, souhaite, souhaiterais, veux, désire, vous, demande,
        la, le, les, l, cette, ce, ces, cet, votre, vos, liste, diffusion, newsletter, lettre, mail,
        mails, e, email, emails, courriel, courriels, message, messages, a, à, envoi, envois, envoyer,
        recevoir, abonnement, mon, ma, mes, adresse, bonjour, cordialement, et, aux, au
        """,
    ),
    "Spanish": (
        """
        cancelar, cancelen, cancele, cancelación, darme de baja, dar de baja, darse de baja, dese de baja,
        denme de baja, deme de baja, dame de baja, baja, desuscribir, desuscribirme, desuscribirse,
        desuscribame, desuscripción, desinscribir, desinscribirme, anular, eliminarme, elimíneme,
        eliminen, quitarme, quítenme, quíteme, borrarme, bórrenme, no deseo recibir,
        no deseo seguir recibiendo, no quiero recibir, no quiero seguir recibiendo, no enviar más,
        no me envíen más, dejar de recibir, parar
        """,
        """
        por, favor, quiero, deseo, quisiera, solicito, me, mi, la, el, los, las, de, del, esta, este,
        estos, su, lista, correo, correos, electrónico, electrónicos, boletín, boletines, newsletter,
        mail, mails, email, emails, mensajes, suscripción, subscripción, dirección, más, gracias, muchas,
        a, hola, saludos, y, en
        """,
    ),
    "Portuguese": (
        """
        cancelar, cancelem, cancele, cancelamento, descadastrar, descadastrem, descadastre,
        descadastramento, desinscrever, desinscrição, desinscreva, remover, removam, remova, retirar,
        retirem, sair, não quero receber, não quero mais receber, não desejo receber,
        não desejo mais receber, não enviar mais, não me enviem mais, parar de receber, anular,
        deixar de receber
        """,
        """
        por, favor, quero, desejo, gostaria, solicito, de, da, do, dos, das, desta, deste, dessa, me, meu,
        minha, o, a, os, as, e, mail, email, emails, mails, e mails, mensagens, lista, newsletter,
        boletim, esta, este, estes, mais, inscrição, assinatura, subscrição, cadastro, endereço, obrigado,
        obrigada, olá, bom, dia, receber, enviar
        """,
    ),
    "Italian": (
        """
        disiscrivere, disiscrivermi, disiscrivetemi, disiscrivimi, disiscrizione, cancellami,
        cancellatemi, cancellarmi, cancellazione, cancellare, cancella, annullare, annulla, rimuovimi,
        rimuovetemi, rimuovermi, rimuovere, disdire, disdetta, disabbonare, disabbonarmi,
        non voglio ricevere, non voglio più ricevere, non desidero ricevere, non desidero più ricevere,
        smettere di ricevere, basta mail, basta email
        """,
        """
        per, favore, cortesia, vorrei, voglio, desidero, chiedo, di, la, le, il, lo, i, gli, mi, mia, mio,
        dalla, dal, da, della, del, questa, questo, queste, vostra, lista, mailing, list, newsletter,
        mail, email, e, e mail, messaggi, iscrizione, abbonamento, indirizzo, grazie, essere, più, a,
        alla, l, salve, buongiorno, saluti
        """,
    ),
    "Russian": (
        """
        отписаться, отписка, отпишите, отписать, отпишусь, отписываюсь, отмена подписки,
        отменить подписку, отмените подписку, удалите меня, удалить меня, исключите меня, прекратите,
        прекратить, не присылайте, больше не присылайте, не присылать, стоп, відписатися, відпишіть,
        отказаться
        """,
        """
        пожалуйста, меня, мне, мой, моего, адрес, от, из, с, рассылки, рассылку, рассылка, этой, эту,
        этих, ваша, вашей, вашу, хочу, хотел, хотела, прошу, бы, письма, писем, письмо, больше, спасибо,
        списка, подписки, подписку, все, всех, вас, здравствуйте, присылать, получать, почту, будь ласка,
        мене, розсилки
        """,
    ),
    "others": (
        """
        afmelden, uitschrijven, afmelding, uitschrijving, schrijf mij uit, meld mij af, avregistrera,
        avsluta prenumeration, avsluta prenumerationen, avprenumerera, säg upp, afmeld, meld meg av, avmeld,
        avmelding, peruuta tilaus, peruuttaa tilaus, rezygnuję, rezygnacja, wypisz, wypisz mnie,
        wypisać, odhlásit, leiratkozás, dezabonare, abonelikten çık, abonelikten çıkmak, listeden çık,
        listeden çıkmak, listeden çıkar, listeden çıkarın, üyelikten çık, aboneliği iptal, huỷ đăng ký,
        berhenti berlangganan, إلغاء الاشتراك, الغاء الاشتراك, لغو اشتراک, הסרה, הסר, सदस्यता समाप्त करें,
        सदस्यता रद्द करें, ยกเลิกการสมัคร
        """,
        """
        please, graag, gelieve, aub, svp, alstublieft, dank u, mij, me, van, deze, de, lijst, nieuwsbrief,
        bedankt, tack, mig, från, listan, nyhetsbrevet, fra, takk, tak, proszę, mnie, z, subskrypcji,
        newslettera, listy, dziękuję, lütfen, beni, istiyorum, etmek, edin, teşekkürler, من فضلك, لطفا,
        בבקשה, कृपया, मुझे
        """,
    ),
}
"""Languages that write spaces between words: phrases, polite words."""

UNSPACED = {
    "Chinese": (
        """
        退订, 退訂, 取消订阅, 取消訂閱, 取消订购, 取消訂購, 停止订阅, 停止訂閱, 停止发送, 停止發送,
        停止接收, 不再接收, 不想再收到, 不要再发, 不要再發, 请勿再发, 請勿再發, 別再發, 别再发,
        退出邮件列表, 退出郵件列表, 退出订阅, 退出訂閱, 取消电子报, 取消電子報, 移除我, 取消关注
        """,
        """
        请, 請, 类, 類, 我, 们, 們, 要, 想, 帮, 幫, 给, 給, 的, 邮件, 郵件, 信件, 电子, 電子, 邮箱, 信箱,
        地址, 谢谢, 謝謝, 多谢, 多謝, 此, 这, 這, 些, 个, 個, 您好, 你好, 订阅, 訂閱, 本, 该, 該, 了, 将,
        將, 从, 從, 列表, 名单, 名單, 希望, 申请, 申請, 麻烦, 麻煩, 您, 你, 推送, 一下
        """,
    ),
    "Japanese": (
        """
        配信の停止, 配信の解除, 配信不要, 送信の停止, 購読の停止, 購読の解除, 配信停止, 配信解除,
        配信中止, 配信を停止, 配信を中止, 配信を止め, 配信を解除, 購読解除, 購読停止, 購読中止,
        購読を解除, 購読を停止, 購読をやめ, 登録解除, 登録を解除, 登録抹消, 退会, 解約, 送信停止,
        送信を停止, 受信拒否, メールは不要, メール不要
        """,
        """
        を, の, に, ご, お, 願い, ねがい, お願いします, お願い致します, いたします, 致します, します,
        しました, 希望, 希望します, して, ください, 下さい, いただけますか, 頂けますか, たい, です,
        メール, メルマガ, マガジン, この, 私, 宛, よろしく, 宜しく, お世話になります, 手続き, 頼みます,
        したい, ます, て
        """,
    ),
    "Korean": (
        """
        구독 취소, 구독 해지, 구독 해제, 구독 중지, 구독을 취소, 구독을 해지, 구독을 중지, 수신 거부,
        수신을 거부, 수신 중단, 수신 취소, 해지, 탈퇴, 그만 보내, 메일 중단, 발송 중지
        """,
        """
        해, 주세요, 주십시오, 부탁드립니다, 부탁합니다, 부탁드려요, 합니다, 할게요, 하겠습니다, 요청,
        신청, 드립니다, 원합니다, 바랍니다, 메일, 이메일, 를, 을, 이, 제, 좀, 하고, 싶습니다, 싶어요,
        안녕하세요, 감사합니다, 뉴스레터, 하여, 해주세요
        """,
    ),
}
"""Languages that write none, or as they like."""

ALONE = """
    remove, please remove, remove please, cancel, please cancel, cancel please, no more, no more please,
    out, quit, leave, signoff, td, unsubscribe list, 取消, 해제, 解除, 停止, 중지
"""
"""A wish if nothing stands beside them, where they may mean something else."""

GREETINGS = """
    hi, hello, hey, dear, good morning, good day, hallo, guten tag, liebe, lieber, sehr geehrte, bonjour,
    hola, buenos días, buenas, olá, bom dia, ciao, buongiorno, salve, здравствуйте, добрый день, 您好,
    你好, こんにちは, お世話になります, お世話になっております, 안녕하세요, 안녕하십니까
"""
"""Words that begin a greeting."""

THANKS = """
    thanks, thank you, thanks a lot, thank you very much, many thanks, thx, please, danke, vielen dank,
    besten dank, bitte, merci, merci beaucoup, gracias, muchas gracias, obrigado, obrigada, grazie,
    спасибо, 谢谢, 謝謝, ありがとう, ありがとうございます, 감사합니다, regards, best regards,
    kind regards, best, cheers
"""
"""Whole lines of thanks or regards."""

ADDRESSED = """
    all, team, daily, papers, there, sir, sirs, madam, or, everyone, digest, zusammen, damen, und, herren,
    friends, a, todos, tutti
"""
"""Whom a greeting may name."""
