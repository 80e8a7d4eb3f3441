"""What the bastion itself remembers."""
