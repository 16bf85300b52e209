"""Who is told how runs go."""
