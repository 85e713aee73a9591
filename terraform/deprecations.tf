# Inputs of the version before that have no effect any more. They are accepted, so that a plan does not fail, and
# warned of in every plan and apply.

check "intake_publish_interval_ms" {
  assert {
    condition     = var.intake.publish_interval_ms == null
    error_message = "intake.publish_interval_ms has no effect: busy ordering keys are spaced by themselves. Remove it; the next version does not know it."
  }
}

check "destinations_timeout_seconds" {
  assert {
    condition     = alltrue([for destination in values(var.destinations) : destination.timeout_seconds == null])
    error_message = "destinations.….timeout_seconds has no effect: forward holds a request open while there is work. Remove it; the next version does not know it."
  }
}
