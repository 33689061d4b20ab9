"""Change what belongs to a party, a person or an organisation: roles, numbers, memberships."""
