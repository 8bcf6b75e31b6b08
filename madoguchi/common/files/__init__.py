"""Files from residents: taken in safely, kept by their content, shown without danger."""
