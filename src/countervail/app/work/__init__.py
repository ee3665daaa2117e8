"""What those processes do: answers to questions about states, and jobs."""
