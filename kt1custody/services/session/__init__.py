"""The ground floor: who is at which place, the one writer, scans, slips, printed seals."""
