"""A listing from read to ranked: the room between the crawlers and the people."""
