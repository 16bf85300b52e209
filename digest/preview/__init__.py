"""The mails that would go out, side by side as people will see them, for whoever restyles the templates."""
