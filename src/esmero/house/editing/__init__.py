"""Guard what several people edit: row versions against stale writes, and drafts."""
