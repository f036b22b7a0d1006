"""A database backend for Django: its own for PostgreSQL, which waits for no connection for long.

libpq's limit counts for each address of a name anew, and not at all while the name is looked up.
"""
