"""How fast it is: programs that make their own databases, measure, and print a table."""
