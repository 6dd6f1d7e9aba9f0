"""The file in which people write what they want."""
