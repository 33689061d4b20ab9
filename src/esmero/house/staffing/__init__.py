"""Define the operator's own roles, teams, and absences of staff, and guard how rights are granted."""
