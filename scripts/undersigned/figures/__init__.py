"""What can be calculated over many records: what hidden counts reveal, combined outcomes, and an area's landscape."""
