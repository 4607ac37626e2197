"""
Engines: processes of this machine, or a Dask cluster, that make the shards of a batch.

Implement `ports.engines.ShardEngine`; which one is taken is decided in `wiring.engines`.
"""
