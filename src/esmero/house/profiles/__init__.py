"""Hold the jurisdiction profiles: one TOML file a country, their format, and the values that they give."""
