"""What must hold when anything is killed at any moment."""
