"""Papers of the city as PDF: accessible, archivable, with their fonts inside."""
