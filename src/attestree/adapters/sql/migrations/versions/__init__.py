"""One module per change to the tables, in order."""
