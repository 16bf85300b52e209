"""From a digest to a delivered message."""
