"""What happened: requests as clients really sent them, answers, tokens that were issued."""
