"""RDS: moto's control plane with the life cycle it lacks, and a real server behind each instance.

backend     what is put in the place of moto's: start here
instances   DB instances, the members of clusters among them
members     what an instance of a cluster leaves to its cluster
clusters    DB clusters
life_cycle  what both do: become, be changed, be gone, and tell of it
failover    who becomes a cluster's writer, and the events about it
joining     what both do with a directory; membership is its walk through the statuses
switching   IAM database authentication; tokens is whether one signs a user in
pending     changes that wait for the maintenance window
servers     the real server behind an instance, by engine
engines     what RDS offers, by engine
endpoints   the names under which a database is reached
shown       what the Describe calls show
events      what is announced, and listed by DescribeEvents
"""

from .backend import install

__all__ = ["install"]
