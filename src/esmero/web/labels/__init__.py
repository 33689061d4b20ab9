"""Label codes, states and reasons for people; programs compare codes, never labels."""
