"""Each dialect from text to records; nothing else looks into parsed TOML."""
