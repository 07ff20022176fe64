"""What this team adds to KTRDR."""
