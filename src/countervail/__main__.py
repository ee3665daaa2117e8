"""`python -m countervail`: the command, where no script is on the path."""

from countervail.cli import main

main()
