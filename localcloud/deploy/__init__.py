"""`sam deploy` for the local cloud: package, translate, create, compare."""
