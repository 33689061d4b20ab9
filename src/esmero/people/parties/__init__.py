"""Keep what belongs to parties, persons and organisations: roles, stage, memberships, numbers, tax numbers."""
