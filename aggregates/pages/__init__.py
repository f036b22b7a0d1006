"""What the pages of the admin tell, made for people to look at."""
