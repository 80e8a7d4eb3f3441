"""``make bench``: what the product costs, as ratios to a baseline measured in the same run."""
