"""Hold phrases by which delivery notices are recognised: senders, subjects and sentences, in many languages."""

import re

from esmero.intake.phrase_tables import compile_phrases

MACHINE_NAME = compile_phrases(
    r"""
    mail(?:er)?[- ]?(?:delivery|deliver|daemon|system|administrator|administration)
    delivery (?:sub)?system
    system administrator
    post_?master
    mail service
    ndr administrator
    microsoft outlook$
    interscan
    returned mail
    mail\.delivery
    """
)
"""Matched in the display name of From."""

BOUNCE_SUBJECT = compile_phrases(
    r"""
    undeliver(?:able|ed)
    non[- ]?deliver
    not (?:been )?deliver(?:ed|able)
    could ?n[o']t be (?:sent|delivered)
    delivery (?:has )?fail
    delivery (?:status )?(?:notification|report|failure|problem|error)
    deliver(?:y)? status
    fail(?:ure|ed) (?:notice|delivery|mail|to deliver)
    returned (?:mail|e-?mail|message)
    mail (?:delivery )?(?:failed|failure|error|status|system error)
    message (?:could not|not)
    returning message
    delivery (?:delay|temporarily)
    delayed (?:mail|\d+ hours)
    could not send message
    (?:mail|message|e-?mail) (?:could not|not) be
    undelivered
    bounced? (?:mail|message)
    rejected mail
    automatically rejected
    permanent (?:delivery )?(?:failure|error)
    warning: message
    user unknown
    delivery (?:was )?(?:unsuccessful|aborted|impossible)
    unable to deliver
    error sending your mail
    notice: mail delivery
    blocked by our
    mta-blocked
    no (?:se ha podido|se pudo|ha podido) (?:ser )?entrega
    no entregad[oa]
    devuelto
    error (?:en la|de) entrega
    no se puede entregar
    correo (?:no entregado|devuelto)
    mensaje (?:no entregado|devuelto)
    non (?:remis|distribu|délivr|livr)
    échec (?:de (?:la )?)?(?:remise|livraison|distribution|envoi)
    retour(?:né|ne) à l'expéditeur
    impossible de (?:remettre|distribuer)
    non[- ]remise
    avis de non
    unzustellbar
    nicht zugestellt
    unzustellbarkeit
    zustell(?:ung|fehler)
    fehlgeschlagen
    mancata consegna
    impossibile (?:recapitare|consegnare)
    non recapitabile
    messaggio non
    não (?:entregue|pôde ser entregue)
    falha (?:na|de) entrega
    niet (?:bezorgd|afgeleverd)
    onbestelbaar
    kunde inte levereras
    kan ikke leveres
    не доставлен
    недоставлен
    niedostarcz
    nie można dostarczyć
    配信できません
    配信不能
    送信できません
    不達
    エラー通知
    退信
    无法(?:投递|送达)
    退回
    """
)

BOUNCE_SENTENCE = compile_phrases(
    r"""
    (?:could|can|can't|cannot|was|were|is|has|have|did|been|be|not|n't)(?: \S+){0,4} (?:un)?deliver
    undeliverable
    unable to (?:deliver|send)
    not (?:been )?delivered
    permanent(?:ly)? (?:fatal |delivery )?(?:error|fail)
    delivery (?:errors?|problems?)
    did not (?:reach|receive)
    delivery (?:to|has|of|attempt|status|fail)
    failed (?:recipients|after|to (?:deliver|send))
    following (?:address|recipient|error|destination)(?:es|s)?
    returned (?:mail|message|to)
    transcript of (?:the )?session
    unknown user
    user unknown
    mailbox (?:is )?full
    failure reasons
    wasn't able to
    error occurred while (?:trying|attempting) to deliver
    automatically rejected
    mail (?:delivery )?(?:system|failed)
    would exceed
    rejected your message
    encountered delivery problems
    no such user
    message not delivered
    error message below
    could not be sent
    group you tried to contact
    has (?:not yet )?been (?:delayed|delivered)
    was (?:rejected|blocked|undeliverable)
    no (?:ha podido|se ha podido|pudo|se pudo|ha sido|fue) (?:ser )?(?:entreg|envi)
    no se (?:ha )?entreg
    no pudimos entregar
    error al entregar
    no se puede entregar
    n'a (?:pas )?pu être (?:remis|distribu|délivr|livr|envoy|achemin)
    échec de la (?:remise|livraison|distribution)
    n'a pas été (?:remis|distribu|délivr)
    impossible de (?:remettre|distribuer|délivrer)
    konnte nicht (?:zugestellt|übermittelt|gesendet)
    nicht zugestellt
    unzustellbar
    non (?:è stato possibile|può essere) (?:recapit|conseg)
    não (?:pôde|foi) (?:ser )?(?:entreg|envi)
    kon niet worden (?:bezorgd|afgeleverd)
    не может быть доставлено
    невозможно доставить
    не удалось доставить
    送信できません
    配信できません
    送信に失敗
    投稿できなかった
    could not be completed
    無法
    退回
    无法送达
    """
)

DELAY_SENTENCE = compile_phrases(
    r"""
    (?:warning|delay)(?:\S+ ){0,6}(?:message|only|notification)
    warning message only
    do not need to resend
    not yet been delivered
    has (?:not )?been delayed
    will be re-?tried
    continue (?:trying|to attempt)
    still being retried
    delivery attempts will continue
    no action is required
    (?:se seguirá|seguiremos) intentando
    sera (?:retent|réessay)
    weiterhin versucht
    """
)
"""The server keeps trying."""

RETURNED_MARK = compile_phrases(
    r"""
    (?:(?:this|below|here|included|enclosed|attached|following|the) (?:is |line is |next line is |below is |follows )?(?:is )?(?:a |the )?(?:copy|header|headers|contents|text|original)\b.{0,60}(?:message|header|headers|mail|following)\b)
    below (?:this line|the next line|is a copy)
    original (?:message|mail|headers?)(?: \S+){0,3}(?: follows?| headers?| info)?\s*(?:-|:|\.|$)
    (?:message|mail) headers? follow
    unsent message
    returned (?:mail|message)
    start of returned
    original message (?:headers|details|info)
    contents of the undelivered
    un(?:sent|delivered) message
    your message reads
    message (?:header|contents|text) follows
    the (?:header of the )?original message
    a copy of (?:the|your) (?:original )?(?:message|mail)
    message transcript
    returned message
    mensaje original
    copia del mensaje
    message d'origine
    message original
    copie du message
    ursprüngliche nachricht
    originalnachricht
    messaggio originale
    mensagem original
    原文
    ниже этой линии
    old message:?\s*$
    """,
    around=r"^[ \t>*#=-]*+(?!the original message was (?:received|sent)){}.{0,80}$",
    flags=re.IGNORECASE | re.MULTILINE,
)
"""A line after which a notice shows the returned message."""

BOILERPLATE = compile_phrases(
    r"""
    created automatically
    this is (?:the (?:mail|postfix|qmail|mta|dragonfly)|an auto)
    i'm (?:sorry|afraid)
    for further assistance
    if you do so
    delete your own
    please include
    please (?:verify|check|contact|try to resend)
    customer support
    do not reply
    your message totalled
    no action is required
    giving up on
    i've given up
    i'm not going to try again
    this is a permanent error
    we recommend contacting
    technical details of
    google tried to deliver
    """,
)
"""Sentences that every notice of a dialect has, whatever the reason."""

MACHINE_SENDER = re.compile(
    r"^(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|post_?master|poostmaster|postoffice|mail[-_. ]?delivery|bounces?|double-bounce|e500_smtp_mail_service|inetgw\d*|mailadm|mailsystem|amavis|virusalert|root)(?:@|\b|$)",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    r"^\s*(?:re|aw|sv|rv|rif|antw|réf?|odp|vs|res)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
FORWARD_PREFIX = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|i|enc|doorst|vl|転送)\s*[:：]",
    re.IGNORECASE,
)
