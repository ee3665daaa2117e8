"""Ways out of evidence: a scenario, followthemoney, annotations, CSV and a brief."""
