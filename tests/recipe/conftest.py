"""The noun's tests run in the copy that bin/recipe makes; in this tree its package does not exist."""

collect_ignore = ["device"]
