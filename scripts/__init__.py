"""Programs that run before the environment of the project exists."""
