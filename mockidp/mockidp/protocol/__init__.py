"""Steps that several endpoints and grants take: who asks, who logs in, what is issued."""
