"""
The store: SQLite for one machine, PostgreSQL for several, through SQLAlchemy Core.

`store.SqlStore` is the one public name; the rest is split by concern. Source: DESIGN section 11.
"""

from attestree.adapters.sql.store import SqlStore

__all__ = ["SqlStore"]
