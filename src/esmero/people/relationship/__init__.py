"""Derive the stage of the relationship with a party from its roles, for one party and for many in SQL."""
