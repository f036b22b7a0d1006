"""PostgreSQL: partitions, copies, rows, and how it fails."""
