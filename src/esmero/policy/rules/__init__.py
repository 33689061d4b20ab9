"""One rule a file, each named as the norm that it upholds. Their order stands in `esmero.policy.gate`."""
