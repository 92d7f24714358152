"""Open Dental's rows through SQLAlchemy; nothing mapped, no session and no query leaves this folder."""
