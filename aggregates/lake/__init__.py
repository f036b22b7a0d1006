"""The Delta lake: what both databases have, in tables that every engine reads."""
