"""The one metadata of both databases."""

import sqlalchemy as sa

metadata = sa.MetaData()
