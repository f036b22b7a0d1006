"""A file of any form, as tables that are read block by block in little memory."""
