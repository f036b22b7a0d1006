"""What a person should look at, read off a farm's statistics and conditions: a check for each."""
