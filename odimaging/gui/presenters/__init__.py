"""What to show, without widgets: state, what may be done, which job to submit. No Qt."""
