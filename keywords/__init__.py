"""A trader's words. Text in, hits out. Pure; imports nothing of ours."""
