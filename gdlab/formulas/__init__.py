"""What a learner reads and edits: optimizers, models, schedules, transforms, surfaces."""
