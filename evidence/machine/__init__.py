"""The machine that takes snapshots, looked at by itself: clock, disk, route, software."""
