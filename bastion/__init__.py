"""An SSH bastion for databases: governed, masked, approved and recorded."""

__version__ = "0.1.0"
