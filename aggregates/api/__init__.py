"""The REST API: validate, ask a room, render."""
