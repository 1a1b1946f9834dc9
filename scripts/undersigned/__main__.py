"""`python -m undersigned` is the same as the console command."""

from undersigned.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
