"""Label laws, terms of storage and records of processing."""
