"""Run the command: ``python -m nhs_league``."""

from nhs_league.cli import main

if __name__ == "__main__":
    main()
