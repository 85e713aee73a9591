# What is ours among all that is measured and logged in a project, which may hold several relays; and since a
# monitoring scope may hold several projects, which of them. A query of PromQL is put together like this:
# {"${series.requests}", ${at.intake}, status="200"}. Names are written as UTF-8, since the older way to write them
# has one name for the metrics a-b/c and a/b-c.

locals {
  series = { for key, metric in google_logging_metric.relay : key => "logging.googleapis.com/user/${metric.name}" }

  at = {
    dead_letters = "monitored_resource=\"pubsub_subscription\", project_id=\"${var.project_id}\", subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
    forward      = "${local.at_service}, service_name=~\"${join("|", local.forward_services)}\""
    functions    = "${local.at_service}, service_name=~\"${join("|", concat(local.public_services, local.forward_services))}\""
    intake       = "${local.at_service}, service_name=\"${google_cloudfunctions2_function.intake.name}\""
    public       = "${local.at_service}, service_name=~\"${join("|", local.public_services)}\""
    queue        = "monitored_resource=\"pubsub_subscription\", project_id=\"${var.project_id}\", subscription_id=~\"${join("|", values(google_pubsub_subscription.forward)[*].name)}\""
    topic        = "monitored_resource=\"pubsub_topic\", project_id=\"${var.project_id}\", topic_id=\"${google_pubsub_topic.mutations.name}\""
  }

  at_service = "monitored_resource=\"cloud_run_revision\", project_id=\"${var.project_id}\""

  # The lines of a log, for filters.
  at_log_of = { for key, services in {
    forward   = local.forward_services
    functions = concat(local.public_services, local.forward_services)
    public    = local.public_services
  } : key => "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in services : "\"${name}\""])})" }

  public_services  = concat([google_cloudfunctions2_function.intake.name], google_cloudfunctions2_function.user_sync[*].name)
  forward_services = values(google_cloudfunctions2_function.forward)[*].name

  # The calls that Mapp expects within a second.
  quick_types = "VALIDATE|ADD_TO_AUDIENCE|REMOVE_FROM_AUDIENCE"
}
