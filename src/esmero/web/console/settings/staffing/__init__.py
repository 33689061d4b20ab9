"""Edit the operator's own roles, the teams, and absences of staff."""
