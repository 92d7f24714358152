"""Where image bytes live: three kinds, one protocol. Paths and open files end here."""
