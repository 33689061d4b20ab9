"""Frame the pages of each door: the brand of a host, its colours, the rights of the reader."""
