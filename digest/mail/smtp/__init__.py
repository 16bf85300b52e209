"""Delivery by SMTP."""
