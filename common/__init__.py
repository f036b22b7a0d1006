"""The ground that every app stands on; it knows none of them."""
