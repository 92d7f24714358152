"""The synthetic demo practice, drawn by code of ours."""
