"""What CRMs tell us by themselves: stored first and answered at once, then the record is read anew."""
