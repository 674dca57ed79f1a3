"""The five shops, one file each: what stands at which address."""
