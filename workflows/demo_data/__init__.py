"""What the demo's year of a province is made of: agencies, people, words, seasons, letters."""
