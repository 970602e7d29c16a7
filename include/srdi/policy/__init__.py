"""Policy papers as data: packs of dated rules, compiled to SQL, decided over the facts of a day, explained."""
