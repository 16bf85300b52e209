"""The queries, by table family."""
