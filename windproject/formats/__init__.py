"""How times are shown: as ISO 8601, which no reader takes for another day."""
