"""What a person may learn about themselves here: the map of disclosures, their account, delays of notice, contests."""
