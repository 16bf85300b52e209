"""Who gets no mail, and why."""
