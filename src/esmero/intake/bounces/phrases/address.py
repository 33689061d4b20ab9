"""List phrases of refusals because of the address: it reaches no mailbox any more."""

NO_MAIL_HOST = r"""
(?:although i'm )?listed as a best-preference mx
no servers? .{0,30}accepts? mail for
host does not accept mail
no smtp service
domain (?:does not|doesn't|never) (?:accept|receive)s? (?:e-?)?mail
null ?mx
nullmx
no mx record
couldn't find (?:a )?(?:any )?mail exchanger
no mail (?:exchanger|server|host)s? (?:found|for)
no (?:valid )?mx
has no mail exchanger
mx (?:points|pointing) to (?:an? )?(?:invalid|localhost)
relay not found
"""

UNKNOWN_HOST = r"""
non-existent hosts
responded with code nxdomain
(?:no existe|no se (?:ha encontrado|encontró|encuentra)) el dominio
(?:el )?dominio (?:de destino )?(?:no (?:se ha )?(?:encontrado|válido))
(?:le )?domaine(?: \S+){0,3} (?:n'existe pas|introuvable|est invalide)
(?:die )?domain(?: \S+){0,3} (?:existiert nicht|nicht gefunden|unbekannt)
(?:il )?dominio(?: \S+){0,3} (?:non esiste|inesistente)
domínio (?:inexistente|não (?:existe|encontrado))
(?:host|domain|hostname|server|site|system)(?: \S+){0,3} (?:unknown|not found|does ?n[o']t exist|not exist|invalid|could not be found|non[- ]?exist)
unknown (?:host|domain|destination domain|mail host)
(?:invalid|bad|illegal|no such|non-?existent) (?:host|domain|destination system|hostname)
domain name not found
no such (?:host|domain)
nxdomain
[\w-]+\.[a-z]{2,} does not exist
unrout(?:e)?able (?:address|mail domain|domain)
unrouteable
name or service not known
host or domain name not found
domain .{0,40}no longer
illegal host
mail domain .{0,30}not
could not be resolved
name server: .{0,60}(?:not found|no data)
dominio (?:inexistente|desconocido|no existe)
domaine (?:inconnu|inexistant)
no matches to nameserver
domain must exist
mail exchanger not found
unable to route
el dominio .{0,40}no existe
domaine .{0,40}n'existe pas
"""

MOVED = r"""
(?:casella|indirizzo|account) (?:di posta )?non (?:è )?più (?:attiv[ao]|in uso|valid[ao])
(?:não|já não) (?:trabalha|está ativo|existe mais|é válido)
nicht mehr (?:gültig|aktiv|in benutzung|verwendet)
n'est plus (?:en service|en poste|chez nous|active?|valable)
(?:niet meer|niet langer) (?:in gebruik|actief|geldig)
has (?:a )?new (?:e-?mail )?address
(?:user|recipient|mailbox|account|address|person|customer)(?: \S+){0,5} (?:has |have )?(?:been )?(?:moved|changed address|left the|no longer (?:on|with|at|works?|employed|here|available|valid|in use|exist|active|accept))
(?:no longer|not longer) (?:on (?:this )?server|valid|with (?:us|the)|works?|employed|a (?:user|member|valid)|in (?:use|service)|available|exists?|has an account)
please forward to
user not local; please try
has moved to
new address is
(?:address|account|mail ?box) (?:has been |was |is )?(?:discontinued|retired|closed|deleted|terminated|cancell?ed|removed|abandoned|cerrad[ao]|eliminad[ao]|supprimée?|fermée?)
not been collected
n'est plus (?:valide|utilis|active)
ya no (?:existe|trabaja|está|es válid)
(?:or )?discontinued
"""

UNKNOWN_USER = r"""
indirizzo (?:e-?mail )?(?:non (?:valido|trovato|esistente)|inesistente|sconosciuto)
(?:casella|utente) (?:non trovat[ao]|inesistente|sconosciut[ao])
endereço (?:não encontrado|inexistente|inválido)
(?:usuário|destinatário|conta|caixa postal) (?:não existe|não encontrad[oa])
no route found to user
unrecogni[sz]ed-or-name
(?:adresse|destinataire|boîte(?: aux lettres)?)(?: \S+){0,3} introuvable
(?:adresse|destinataire|compte|utilisateur|boite)(?: \S+){0,3} (?:inconnue?|inexistante?|n'existe)
(?:adresse|empfänger|postfach|benutzer|konto)(?: \S+){0,4} (?:nicht gefunden|wurde nicht gefunden|existiert nicht|unbekannt|ungültig)
wurde nicht gefunden (?:unter|in|bei)
no se (?:ha )?(?:encontró|encontrado) (?:a |la dirección|el destinatario|al destinatario)
(?:gebruiker|adres|mailbox|ontvanger) (?:is )?(?:onbekend|bestaat niet|niet gevonden)
onbekende (?:gebruiker|ontvanger)
nie ma (?:takiego|takiej) (?:użytkownika|skrzynki|adresu|konta)
(?:użytkownik|skrzynka|adres|konto)(?: \S+){0,2} nie istnieje
(?:uživatel|schránka|adresa)(?: \S+){0,2} neexistuje
(?:okänd|ukendt|ukjent) (?:användare|mottagare|bruger|modtager|bruker|mottaker)
(?:användaren|mottagaren|brugeren|mottakeren) (?:finns inte|findes ikke|finnes ikke)
получател\S+ не (?:найден|существует)
such user does not exist
suppressed sending to this address .{0,80}invalid
(?:user|users|recipient|mailbox|account|addressee|addresse?|login|alias|person|name|e-?mail|inbox|customer|subscriber|id|member)(?: \S+){0,5} (?:is |are |was |are |could |can )?(?:not |n't )?(?:unknown|not (?:be )?(?:found|exist|known|recogni[sz]ed|listed|valid|available here|a valid|match|have an? \S*\s?account|a known|accepted here|local|hosted)|does ?n[o']t (?:exist|have)|doesn't (?:exist|have)|do(?:es)? not exist|not exists?|invalid|unavailable|can'?t be found|cannot be found|inconnue?|inexistante?|introuvable|invalide|desconocid[ao]|inexistente|no existe|no encontrad[ao]|unbekannt|sconosciuto|inesistente|existiert nicht|niet gevonden)
(?:unknown|invalid|illegal|no such|bad|nonexistent|non-?existent|undeliverable|unrecognized|wrong|incorrect|no valid|unavailable) (?:or illegal )?(?:final delivery )?(?:local )?(?:e-?mail |destination |mail |mailbox |recipient |user )?(?:user|users|recipient|recipients|mailbox|address|account|alias|userid|addressee|person|local[- ]part|id|login|box|name|mailuser)
nosuchuser
no (?:such )?(?:user|mailbox|recipient|account|person|one) (?:here|by|with|of|named|found|at|in)
not (?:a )?(?:valid|known|local|our) (?:user|mailbox|recipient|customer|account|address)
recipnotfound
unknown (?:user|recipient|local|address|mailbox|account|addressee)
delivery to (?:this|the) (?:address|user|recipient) (?:fail|is not)
not listed in
user '?\S*'? ?not (?:known|found|listed|registered)
no mail[ -]?box
has no mail[ -]?box
bad[_ ]recipient
not an? (?:active|existing) (?:e-?mail )?(?:address|user|mail[ -]?box|account|recipient)
doesn't have an? .{0,40}account
no account
there is no (?:user|such|one)
couldn't be found
wasn'?t found
could not be found
misspelled
malformed address
bad destination mailbox
adresse .{0,30}(?:destinataire )?invalide
destinataire (?:inconnu|invalide)
utilisateur inconnu
n'existe pas
n'a pas été trouv
destinatario (?:desconocido|no existe|inexistente|incorrecto)
usuario (?:desconocido|no existe|inexistente)
no existe
cuenta inexistente
dirección .{0,20}(?:no válida|incorrecta|no se encontr)
empfänger .{0,20}(?:unbekannt|nicht)
benutzer (?:unbekannt|nicht)
utente (?:sconosciuto|inesistente)
destinatário .{0,20}(?:inexistente|desconhecido)
usuário (?:inexistente|desconhecido)
gebruiker (?:onbekend|niet)
пользователь не найден
ящик .{0,20}не существует
宛先
あて先
見つかりません
存在しません
收件人不存在
用户不存在
该邮箱不存在
recipient address rejected(?:\.?$|: access denied\.? (?:\[|as\())
addresse?s? (?:error|rejected$|unknown|not present|not found|lookup failed|does not exist|is possibly incorrect)
recipient (?:not found|unknown|rejected$|not? exist)
mail[ -]?box (?:unavailable|not found|does not exist)
account not available
(?:does not|doesn't) like recipient
mail ?box not present
no (?:users?|mailbox(?:es)?) (?:here )?by that name
recipient (?:is )?not ok\b
recipient cannot be verified
unable to find (?:recipient|user|mailbox)
can(?:'t|not) accept user
(?:utente|indirizzo|casella) non esiste
no existe (?:el|la|ese|esa|tal)
aucun (?:compte|utilisateur|destinataire)
no hay (?:ningún )?(?:usuario|buzón)
(?:cuenta|dirección|buzón) (?:de correo )?(?:no (?:existe|válid)|inexistente)
(?:adresse|compte|boîte) .{0,20}(?:inexistante?|inconnue?|n'existe)
(?:usuario|destinatario|dirección|buzón|cuenta|destinatário|utilizador)(?: \S+){0,3} no (?:existe|encontrad[oa]|válid[oa]|se (?:ha )?enc(?:uentra|ontrado))
no se (?:encuentra|ha encontrado|encontró) (?:el|la) (?:destinatario|usuario|buzón|dirección|cuenta)
"""
