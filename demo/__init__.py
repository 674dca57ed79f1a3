"""The practice market: five small shops on loopback, made-up people, nothing of ours."""
