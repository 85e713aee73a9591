# What is ours among all that is measured and logged in a project, which may hold several relays; and since a
# monitoring scope may hold several projects, which of them. A query of PromQL is put together like this:
# {"${series.requests}", ${at.intake}, status="200"}. Names are written as UTF-8, since the older way to write them
# has one name for the metrics a-b/c and a/b-c.

locals {
  series = { for key, metric in merge(google_logging_metric.relay, { sweep_failures = google_logging_metric.sweep_failures }) : key =>
    "logging.googleapis.com/user/${metric.name}"
  }

  at = {
    dead_letters = "${local.at_subscription}, subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
    forward      = "${local.at_service}, service_name=~\"${join("|", local.forward_services)}\""
    functions    = "${local.at_service}, service_name=~\"${join("|", concat(local.public_services, local.forward_services))}\""
    intake       = "${local.at_service}, service_name=\"${google_cloudfunctions2_function.intake.name}\""
    public       = "${local.at_service}, service_name=~\"${join("|", local.public_services)}\""
    sweeps       = "monitored_resource=\"cloud_scheduler_job\", project_id=\"${var.project_id}\", job_id=~\"${join("|", local.sweep_jobs)}\""
    topics       = "monitored_resource=\"pubsub_topic\", project_id=\"${var.project_id}\", topic_id=~\"${google_pubsub_topic.mutations.name}|${google_pubsub_topic.control.name}\""

    # Pulled: members. Pushed: control messages, and wakes, of which nothing is lost when one is.
    control = "${local.at_subscription}, subscription_id=~\"${join("|", local.control_subscriptions)}\""
    pull    = "${local.at_subscription}, subscription_id=~\"${join("|", local.pull_subscriptions)}\""
    pushes  = "${local.at_subscription}, subscription_id=~\"${join("|", concat(local.control_subscriptions, local.wake_subscriptions))}\""
    queue   = "${local.at_subscription}, subscription_id=~\"${join("|", concat(local.pull_subscriptions, local.control_subscriptions))}\""
  }

  at_service      = "monitored_resource=\"cloud_run_revision\", project_id=\"${var.project_id}\""
  at_subscription = "monitored_resource=\"pubsub_subscription\", project_id=\"${var.project_id}\""

  # The lines of a log, for filters.
  at_log_of = { for key, services in {
    forward   = local.forward_services
    functions = concat(local.public_services, local.forward_services)
    public    = local.public_services
  } : key => "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in services : "\"${name}\""])})" }

  public_services  = concat([google_cloudfunctions2_function.intake.name], google_cloudfunctions2_function.user_sync[*].name)
  forward_services = values(google_cloudfunctions2_function.forward)[*].name

  control_subscriptions = values(google_pubsub_subscription.control)[*].name
  pull_subscriptions    = values(google_pubsub_subscription.forward)[*].name
  wake_subscriptions    = values(google_pubsub_subscription.wake)[*].name
  sweep_jobs            = values(google_cloud_scheduler_job.sweep)[*].name

  # The calls that Mapp expects within a second.
  quick_types = "VALIDATE|ADD_TO_AUDIENCE|REMOVE_FROM_AUDIENCE"
}
