"""List phrases of refusals because of a server or the network: temporary conditions."""

# Output of a delivery program on the receiving server (procmail, maildrop, a filter's pipe), which uses "user" in
# another sense.
PROGRAM = r"""
command died with (?:status|signal)
command output:
\b(?:procmail|maildrop|vdelivermail|deliverquota|spamc?d?)\b: .{0,80}(?:couldn't|cannot|can't|unable|error|fail|no such)
pipe to .{0,80}(?:failed|returned)
child status .{0,40}returned
local delivery (?:agent|program) .{0,40}(?:failed|error)
"""

NETWORK = r"""
did not accept our requests to connect
(?<!not going to )try(?:ing)? again
name service error .{0,80}try again
temporary (?:dns|name)
(?:too many|maximum) hops?
hop count
mail (?:is )?looping
mail loop
routing loop
loops? back
mail-?for-?loop
lost connection
(?:connection|connect|socket) (?:\S+ ){0,3}(?:timed? ?out|refused|reset|dropped|lost|closed|failed|error|broken|died)
timed? out (?:while|in|during|waiting)
operation timed
connection (?:un)?expectedly
(?:network|host) is? ?(?:unreachable|not responding|down)
no route to host
unreachable
unable to connect
could not connect
cannot connect
not able to connect
establish an? (?:smtp )?connection
remote host is not responding
did not respond
server (?:unavailable|not responding|did not respond)
all hosts .{0,40}failing
dns (?:server )?(?:error|failure|timeout)(?!.{0,120}(?:nxdomain|name not found))
broken pipe
tls (?:handshake|negotiation)
message (?:is )?looping
host not found, try
"""

EXPIRED = r"""
expired
too long
giving up
given up
maximum (?:delivery )?(?:attempts|time|retr)
delivery attempts
retry (?:time|timeout|count|limit)
timed out
time-?out
delivery time
not been (?:yet )?delivered
has been delayed
delay(?:ed)?\b
could not be delivered for
not delivered within
will be (?:retried|deleted from queue)
still being retried
unable to deliver (?:this message )?(?:after|in|within)
failed \d+ attempts
days? old
in the queue
deferred
"""

SYSTEM = r"""
(?:local|internal|system|server|configuration|lookup|database|service|ldap|program|procmail|maildrop|i/o|disk|file) (?:\S+ )?(?:error|failure|failed|unavailable|problem|crash)
insufficient (?:system|disk|permission)
out of (?:memory|disk)
disk full
resources? (?:temporarily )?unavailable
service (?:not|currently|temporarily|is)? ?(?:un)?available
temporar(?:y|ily) (?:fail|unavail|error|problem|local|server)
temporary failure
permission denied
command output
could not load
unable to contact
please try (?:again )?later
malfunction
exit code
operating system
no space left
cannot (?:create|open|write|append)
error opening
administrator
mail server is not configured
protocol error
bad sequence
command (?:unrecogni[sz]ed|not (?:implemented|recogni[sz]ed))
error (?:interno|temporal)
erreur (?:interne|temporaire)
"""
