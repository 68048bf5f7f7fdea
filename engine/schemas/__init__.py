"""Documents to the model: what shape they must have, and what they say."""
