"""The way to the measurements: this deployment's database, or another deployment's API."""
