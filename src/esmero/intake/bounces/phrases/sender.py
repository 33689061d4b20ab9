"""List phrases of refusals because of the sender, its server, volume or content: never a proof against the address."""

AUTHENTICATION = r"""
relais? (?:refus|interdit|non autoris)
(?:reenvío|relay|retransmisión) (?:denegad[oa]|no permitid[oa]|no autorizad[oa])
authentication (?:level|information) .{0,30}(?:required|missing|does not)
(?:doesn't|does not) meet the required authentication
sender(?:'s)? (?:is |domain )?.{0,20}unauthenticated
\bspf\b(?! pass)
\bdkim\b(?! pass)
\bdmarc\b
domainkeys
authentication (?:check|fail|required by sender)
unauthenticated
sender id (?:fail|check)
not (?:pass|satisfy) .{0,40}(?:dmarc|authentication)
purported responsible
relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted|authorized))
not (?:permitted|allowed|authorized) to relay
unable to relay
we do not relay
does not relay
insecure mail relay
not configured to relay
smtp auth(?:entication)? (?:is )?required
must (?:first )?authenticate
authentication (?:is )?required(?! ##|; delivery restriction)
please authenticate
rcpthosts
"""

REPUTATION = r"""
unusual rate of unsolicited
\[tss\d\d\]
\[(?:bl|ipts|phs)\d\d\]
unexpected volume or user complaints
\(bl\)\s*$
postmaster for help or to contact tosa@
blocked - see\b
blocked by (?:proofpoint|cloudmark|barracuda|cisco|sophos|symantec|messagelabs|mimecast)
(?:su|la|tu) (?:dirección )?ip(?: \S+){0,4} (?:lista|bloquead|rechazad)
(?:en|sur) liste noire
\bptr\b
reverse (?:dns|lookup|name|mapping)
\br?dns ?(?:ptr|reverse)
rdns
unverifyable sending ip
cannot find your (?:hostname|reverse)
could not resolve your hostname
fix reverse
mismatches client ip
generic (?:rdns|hostname)
blacklist
black list
block ?list
dnsbl
\brbl\b
\bsbl\b
\bxbl\b
\bpbl\b
spamhaus
spamcop
sorbs
barracuda ?central
senderbase
senderscore
invaluement
(?:poor|bad|low) reputation
reputation of
banned sending ip
blocked (?:by|using|for|due|because(?! its content)|from|with)
(?:host|ip|server|client|connection|address) (?:\S+ )?(?:is |was |has been )?(?:blocked|banned|refused by|denied access)
too many (?:unwanted|spam|complaint)
(?:unsolicited|unwanted) messages (?:have been )?sent
client host rejected
mail from .{0,60} (?:refused|blocked)
your (?:ip|host|network|server|domain) .{0,60}(?:block|reject|refus|not allowed|black)
messages from .{0,60} weren'?t sent
excessive (?:complaint|spam)
complaints? rate
no access from mail server
open (?:relay|proxy)
bad (?:helo|ehlo)
(?:helo|ehlo) (?:command )?reject
my name was rejected
invalid (?:helo|ehlo)
connection (?:dropped|refused|rejected) (?:due|for|because)
blocked .{0,20}abuse
access denied\.? ?\[?ip
adresse ip .{0,40}(?:bloqu|refus)
trop de plaintes
(?:invalid|bad) ip
(?<!not )listed (?:in|on|at|by)
\bblock ?list
(?:helo|ehlo) (?:argument|name|command|string|host)
(?:dirección )?ip .{0,30}(?:bloquead|rechazad|lista negra)
liste noire
lista negra
"""

THROTTLED = r"""
(?<!not )rate limited
has exceeded the rate limit
thread limit exceeded
trop de (?:connexions|messages|destinataires)
veuillez ralentir
demasiad[oa]s (?:conexiones|mensajes|destinatarios|correos)
(?:zu viele|too many) (?:verbindungen|nachrichten|empfänger)
troppe (?:connessioni|e-?mail)
try(?:ing)? again later .{0,20}(?:rate|limit)
receiving mail (?:at a rate|too quickly)
rate limit
too many (?:recipient|connection|message|concurrent|mail|rcpt|session|error|invalid|login|simultaneous|sender)
(?:exceeded|exceeds|reached|over) .{0,40}(?:relay quota|daily|hourly|sending|rate|recipients per|messages per|connection)
throttl
slow down
(?:temporarily )?deferred due to
temporarily rate
unusual rate
grey ?list
too much mail from
please (?:try again|retry) (?:later )?(?:in|after) \d+
limit exceeded for (?:sender|ip)
dictionary attack
too many bad
gr[ae]y ?list
"""

TOO_LARGE = r"""
(?:mensaje|correo)(?: \S+){0,3} (?:supera|excede|sobrepasa)(?: \S+){0,3} (?:tamaño|límite)
(?:message|courriel)(?: \S+){0,3} dépasse(?: \S+){0,3} (?:taille|limite)
(?:nachricht|e-?mail)(?: \S+){0,4} (?:zu groß|überschreitet)
messaggio(?: \S+){0,3} (?:troppo grande|supera)
(?:message|mail|size|e-?mail)(?: \S+){0,4} (?:exceeds?|exceeded|too (?:big|large|long))
too (?:big|large) for
exceed(?:s|ed)? (?:the )?(?:fixed |maximum |max |allowed )+.{0,30}size
size limit
maximum (?:message |incoming )?(?:message )?size
line (?:limit|too long)
message length exceeds
larger than (?:the )?(?:current|maximum|allowed)
\btoo large\b
mensaje .{0,30}demasiado grande
message trop (?:volumineux|gros)
taille (?:maximale|du message)
"""

CONTENT = r"""
(?:contenido|mensaje)(?: \S+){0,4} (?:no deseado|sospechoso|spam)
(?:considéré|identifié|détecté|classé)(?: \S+){0,2} comme (?:du )?(?:spam|indésirable|pourriel|suspect)
contenu (?:suspect|indésirable|refusé|interdit)
als spam (?:eingestuft|erkannt|abgelehnt|markiert)
(?:classificat|identificat|considerat)[oa] (?:come )?spam
may not follow
\bspam\b
spammer
\bube\b
unsolicited (?:bulk|mail|e-?mail)
junk ?mail
bulk (?:e-?mail )?filter
virii
malware
phish
infected
potential(?:ly)? (?:harmful|dangerous|security)
potential$
content (?:reject|presents|filter|not accepted|denied)
message content
rejected (?:due to|because of|by) (?:content|the content|spam|virus)
banned (?:attachment|content|file)
(?:attachment|file) (?:type|extension)?.{0,20}(?:not allowed|blocked|forbidden)
header error
8-?bit data
multiple addresses in from
(?:missing|invalid|malformed|duplicate|bad) (?:header|from|date|message-?id|subject)
not (?:rfc ?)?(?:2822|5322|compliant)
rfc ?5322
rfc ?2822
mail rejet[eé]
classified as
scored as
message (?:looks|appears)(?: like)? .{0,20}(?:spam|bulk)
dangerous
suspicious
\bvirus
(?:considered|regarded|seen) (?:as )?(?:spam|unsolicited|bulk)
suspect(?!ed of)
likely unsolicited
"""

SENDER = r"""
sender (?:address |e-?mail )?(?:was )?(?:is )?(?:reject|refus|den(?:y|ied)|not (?:allowed|found|exist|verified)|invalid|unknown|blocked|undeliverable|verify fail)
domain of sender
sender'?s? domain
unresolvable (?:sender|address)
return ?path
envelope sender
unroutable sender
invalid sender
sender verify
sender unknown
recognized as a valid sender
verification failed for
could not verify sender
mail ?from (?:domain |address )?(?:reject|invalid|not|does)
from address .{0,30}(?:reject|invalid|not)
bad sender
expéditeur (?:refus|rejet)
remitente (?:rechaz|no válid|inválid)
null sender
empty sender
redundant
"""

POLICY = r"""
\bpol[ií]tica(?:s)? (?:del|de)\b
\bpolitique (?:de|du)\b
richtlinie(?:n)?\b
\bpolicy\b
administratively (?:denied|prohibited)
security (?:reason|error|violation)
protocol violation
administrative prohibition
does not support tls
requires? (?:a )?(?:tls|starttls|encryption|secure)
(?:tls|starttls) (?:is )?required
rejected by (?:the )?(?:domain|filter|recipient|user)
not accepted for
access denied \(state
polic(?:y|ies)\b
message filtered
permanent failure for one or more recipients \(\S*:?blocked
"""
REFUSED = r"""
message (?:was )?(?:not (?:allowed|accepted)|rejected|refused|blocked)
(?:mail|e-?mail|message|delivery) (?:has been |was |is )?(?:rejected|refused|denied|blocked)
transaction failed
\baccess denied\b
forbidden
\brejected\b
"""
