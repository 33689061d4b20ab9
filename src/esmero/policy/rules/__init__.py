"""Define one rule a file, each named by the norm that it enforces. `esmero.policy.gate` defines their order."""
