"""What is measured, side by side with its floor and its peers."""
