"""What people do. May import evidence and pipeline; never crawlers."""
