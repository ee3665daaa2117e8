"""Re-routing: the goods that senders bar and a target still gets through other countries."""
