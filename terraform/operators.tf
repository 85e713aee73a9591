# What people and groups need to run `audience-relay` on this relay: look at dead letters, replay them,
# and have the doctor look at everything. They read no secret's value and call no third party.

locals {
  operators = toset(var.operators)

  topic_names = {
    control      = google_pubsub_topic.control.name
    dead_letters = google_pubsub_topic.dead_letters.name
    mutations    = google_pubsub_topic.mutations.name
  }

  # Each operator beside each name of a list: what is granted one by one.
  operators_by_destination = {
    for pair in setproduct(keys(var.destinations), var.operators) : join(" ", pair) => { destination = pair[0], member = pair[1] }
  }
  operators_by_secret = {
    for pair in setproduct(keys(local.secret_readers), var.operators) : join(" ", pair) => { secret = pair[0], member = pair[1] }
  }
  operators_by_topic = {
    for pair in setproduct(keys(local.topic_names), var.operators) : join(" ", pair) => { topic = pair[0], member = pair[1] }
  }
}

resource "google_pubsub_subscription_iam_member" "operators_pull_dead_letters" {
  for_each = local.operators

  project      = var.project_id
  subscription = google_pubsub_subscription.dead_letters.name
  role         = "roles/pubsub.subscriber"
  member       = each.key
}

resource "google_pubsub_subscription_iam_member" "operators_see_dead_letters" {
  for_each = local.operators

  project      = var.project_id
  subscription = google_pubsub_subscription.dead_letters.name
  role         = "roles/pubsub.viewer"
  member       = each.key
}

resource "google_pubsub_subscription_iam_member" "operators_see_pull" {
  for_each = local.operators_by_destination

  project      = var.project_id
  subscription = google_pubsub_subscription.forward[each.value.destination].name
  role         = "roles/pubsub.viewer"
  member       = each.value.member
}

# The version before pushed from it. Made anew beside the old one, the same grant would be taken away again.
moved {
  from = google_pubsub_subscription_iam_member.operators_see_push
  to   = google_pubsub_subscription_iam_member.operators_see_pull
}

resource "google_pubsub_subscription_iam_member" "operators_see_wake" {
  for_each = local.operators_by_destination

  project      = var.project_id
  subscription = google_pubsub_subscription.wake[each.value.destination].name
  role         = "roles/pubsub.viewer"
  member       = each.value.member
}

resource "google_pubsub_subscription_iam_member" "operators_see_control" {
  for_each = local.operators_by_destination

  project      = var.project_id
  subscription = google_pubsub_subscription.control[each.value.destination].name
  role         = "roles/pubsub.viewer"
  member       = each.value.member
}

resource "google_pubsub_topic_iam_member" "operators_see_topics" {
  for_each = local.operators_by_topic

  project = var.project_id
  topic   = local.topic_names[each.value.topic]
  role    = "roles/pubsub.viewer"
  member  = each.value.member
}

resource "google_project_iam_member" "operators_keep_dead_members" {
  for_each = local.operators

  project = var.project_id
  role    = "roles/datastore.user"
  member  = each.key

  condition {
    title      = local.firestore_condition.title
    expression = local.firestore_condition.expression
  }
}

resource "google_secret_manager_secret_iam_member" "operators_see_versions" {
  for_each = local.operators_by_secret

  project   = var.project_id
  secret_id = google_secret_manager_secret.relay[each.value.secret].secret_id
  role      = "roles/secretmanager.viewer"
  member    = each.value.member
}

resource "google_cloud_run_service_iam_member" "operators_see_forward" {
  for_each = local.operators_by_destination

  project  = var.project_id
  location = var.region
  service  = google_cloudfunctions2_function.forward[each.value.destination].name
  role     = "roles/run.viewer"
  member   = each.value.member
}
