"""From measurements to statistics: pure, with neither a database nor Django."""
