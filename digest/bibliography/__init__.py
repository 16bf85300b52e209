"""The papers that a subscriber keeps in a file: BibTeX or RIS, as every library program exports it."""
