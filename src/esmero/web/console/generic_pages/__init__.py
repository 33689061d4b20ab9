"""Answer the pages that are alike for every noun: its list, and the form that makes or changes one."""
