"""Qt item models over plain lists of frozen values; they look up and never load."""
