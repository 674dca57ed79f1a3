"""The package for a case: what was kept, the documents that go with it, and how to check it."""
