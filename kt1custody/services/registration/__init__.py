"""Items enter the log: one by one or by manifest; offices and agencies; searching."""
