"""Times as they are written in files, and what they are in UTC."""
