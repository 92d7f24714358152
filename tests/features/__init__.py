"""Stories: what a front desk does, through the real window on a virtual display, with the real pointer and keyboard."""
