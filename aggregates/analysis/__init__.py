"""What pages and API compute from stored values."""
