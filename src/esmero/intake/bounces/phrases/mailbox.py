"""List phrases of refusals because of the mailbox or its permissions: temporary conditions."""

# About the size of the mailbox, not of the message: must precede "too large".
BOX_LIMIT = r"""
mail ?box (?:size )?(?:limit|quota)
exceeded (?:the )?storage allocation
(?:mail|mailbox|database) file has exceeded
"""
# Exchange and Google refuse this sender in words about authentication: must precede the sender's own faults.
GROUP = r"""
resolver\.rst\.(?:notauthorized|authrequired|sendernotauth\w*|restricted\w*)
delivery restriction check
"""

MAILBOX_FULL = r"""
(?:mail|database) (?:file |has )?.{0,20}size quota
mailbox-full
(?:casella|spazio(?: su disco)?)(?: \S+){0,4} (?:pien[ao]|esaurit[ao])
(?:buzón|bandeja|cuenta|casilla)(?: \S+){0,5} (?:llen[ao]|superad[ao]|sin espacio|agotado|complet[ao])
(?:boîte|boite|messagerie)(?: \S+){0,5} (?:pleine|saturée|satur)
(?:postfach|mailbox|speicherplatz)(?: \S+){0,5} (?:voll|erschöpft|überschritten|aufgebraucht)
caixa(?: \S+){0,4} cheia
postvak(?: \S+){0,3} vol\b
skrzynka(?: \S+){0,3} (?:pełna|przepełniona)
(?:ящик|почтовый ящик)(?: \S+){0,3} переполнен
ящик .{0,20}заполнен
(?:mail ?)?(?:box|folder|account|inbox|user|storage|boîte|bo[iî]te|buz[oó]n|casilla|caixa|casella|postfach|postvak)(?:'s)?(?: \S+){0,5} (?:is |are |est |está |esta |è |ist )?(?:full|pleine?|lleno|llena|cheia|piena|voll|vol\b|überfüllt|satur[eé]e?)
full (?:mail ?box|inbox)
mail(?:box)?full
over ?quota
quota(?: \S+){0,4} (?:exceed|violat|reach|full|exhaust|overrun|over)
(?:exceed\w*|over|exhaust\w*|above|violat\w*|beyond|out of|dépass\w*|super\w*|exced\w*)(?: \S+){0,6} (?:disk |mail |mailbox |storage |user |message )?quota
disk quota
insufficient (?:disk|storage|mail ?box|space) ?(?:space|storage)? ?(?:in|for|on)? ?(?:the )?(?:user|mail ?box|recipient)
out of storage
storage (?:space )?(?:is )?(?:full|exceeded|limit)
not enough (?:storage |disk )?space
exceeded (?:storage|the storage|its storage|disk) ?(?:allocation|space|limit)
too much mail (?:stored|data)
number of messages .{0,40}exceed
local limit
mail ?box has exceeded
account is exceeding
maildir (?:over|delivery failed: .{0,20}quota)
espacio (?:insuficiente|en disco)
cuota (?:superada|excedida|exced)
quota (?:superata|überschritten|dépassé|atteint)
espace insuffisant
message store .{0,20}full
mail ?box (?:is )?(?:over|size|limit)
(?:ex|over)?(?:disk)?quota ?(?:exceeded|temp|perm|violation)
disk ?quota
cuota (?:\S+ ){0,3}(?:superad|excedid|agotad|llen)a
"""

DISABLED = r"""
(?:casella|account|utente)(?: \S+){0,3} (?:sospes[ao]|disabilitat[ao]|disattivat[ao]|bloccat[ao])
(?:postfach|konto|benutzer)(?: \S+){0,3} (?:gesperrt|deaktiviert)
conta(?: \S+){0,3} (?:suspensa|desativada|bloqueada)
(?:account|mail ?box|user|address|recipient|e-?mail|inbox|compte|cuenta|buz[oó]n)(?: \S+){0,6} (?:is |are |was |has been |been |está |est )?(?:temporarily |currently )?(?:disabled|inactive|suspended|deactivated|locked|frozen|blocked|on hold|expired|not active|inactif|désactivé|suspendu|suspendida|desactivad[ao]|inactiv[ao]|bloquead[ao])(?! or disc)
(?:disabled|inactive|suspended|deactivated|locked|frozen) (?:user|account|mail ?box|recipient|address)
disableduser
inactiveuser
mailbox .{0,20}inactive
not accepting (?:mail|messages)
account (?:closed temporarily|that you tried to reach is (?:disabled|inactive|over))
\bon ?hold\b
boîte .{0,30}archivée|boite .{0,30}archiv[eé]e
(?:cuenta|buzón) .{0,20}(?:suspendid|deshabilitad|bloquead)
compte .{0,20}(?:suspendu|désactivé|bloqué)
"""

RESTRICTED = r"""
no (?:tienes?|tiene) permisos? para enviar
(?:usted )?no est[áa] autorizad[oa] (?:a|para) enviar
(?:vous )?n'êtes pas autorisée? à envoyer
n'avez pas l'autorisation
nicht berechtigt.{0,40}(?:senden|nachricht)
only (?:people|members|users) (?:in|of|inside) .{0,40}(?:can|may) (?:send|post)
(?:delivery|address|recipient|group|list) .{0,40}restricted
restricted (?:address|recipient|delivery)
not (?:allowed|authori[sz]ed|permitted) to (?:send|post|e-?mail)
recipnotfound-restricted
authrequired
only accepts? (?:mail|messages) from
members?[- ]only
permission to post
not open to posting
delivery not authori[sz]ed
(?:don't|not) have permission
no tienes los permisos
does not accept (?:mail|messages) from
allowed senders
white ?list
"""
