"""What the world may read: the archive page."""
