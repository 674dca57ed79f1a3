"""The desk for programs: JSON under ``/api/v1``, each call with a token (docs/api.md)."""
