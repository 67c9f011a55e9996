"""What keeps an update from everybody but its trainer."""
