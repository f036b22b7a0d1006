"""What the statistics of a turbine are worth: what it did, what that cost, what to look at."""
