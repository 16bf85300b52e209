"""Pure records and decisions: no library, no input or output."""
