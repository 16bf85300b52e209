"""The operating system: clock, files, locks, signals, logging, templates."""
