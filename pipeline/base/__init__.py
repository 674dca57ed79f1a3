"""The floor every room stands on: settings, errors, clock, log, addresses."""
