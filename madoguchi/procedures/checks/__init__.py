"""What a procedure definition must fulfil before residents see it, one file for each kind of fault."""
