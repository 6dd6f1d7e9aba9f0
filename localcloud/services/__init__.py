"""AWS's services, where moto's own do not do."""
