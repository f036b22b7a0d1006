"""The audit: recomputing values in another way, and comparing them with what is stored."""
