"""What the screens are made of; none reads text as markup."""
