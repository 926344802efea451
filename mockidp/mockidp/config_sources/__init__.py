"""Where a configuration comes from: files in three formats and another mock's, environment, flags; and writing one."""
