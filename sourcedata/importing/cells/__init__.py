"""What the cells of a table mean: numbers in any unit, and the names of turbines."""
