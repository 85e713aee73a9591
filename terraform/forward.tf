# Forward, one for each destination: private, and alone in holding the third party's credentials.

resource "google_service_account" "forward" {
  for_each = var.destinations

  project      = var.project_id
  account_id   = local.forward_account_ids[each.key]
  display_name = "Audience Relay ${var.prefix}: forwards to ${each.key}"
}

resource "google_cloudfunctions2_function" "forward" {
  for_each = var.destinations

  project     = var.project_id
  location    = var.region
  name        = "${var.prefix}-forward-${each.key}"
  description = "Brings audiences and their members to ${each.key}."
  labels      = local.labels

  build_config {
    runtime               = "nodejs24"
    entry_point           = "forward"
    docker_repository     = google_artifact_registry_repository.images.id
    environment_variables = local.build_environment
    service_account       = local.build_account

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["forward"].name
      }
    }
  }

  service_config {
    available_cpu    = tostring(each.value.cpu)
    available_memory = "${each.value.memory_mib}Mi"
    # Pub/Sub and Cloud Scheduler of this project count as internal, at the URL that Cloud Run gives.
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    max_instance_count               = each.value.max_instances
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = each.value.min_instances
    service_account_email            = local.forward_emails[each.key]
    timeout_seconds                  = local.forward_timeout_seconds

    environment_variables = merge(local.audience_map_environment, {
      CREATE_LEASE_SECONDS = tostring(each.value.create_lease_seconds)
      DEAD_LETTER_TOPIC    = google_pubsub_topic.dead_letters.name
      DESTINATION          = local.destination_ids[each.key]
      DRY_RUN              = tostring(each.value.dry_run)
      LOG_LEVEL            = var.log_level
      # Each instance keeps to its share of what the third party takes in all.
      MAX_INSTANCES        = tostring(each.value.max_instances)
      MAX_PENDING_BYTES    = tostring(floor(each.value.memory_mib * local.pending_bytes_per_mib))
      MEMBER_ID            = var.member_id
      PULL_SUBSCRIPTION    = local.pull_subscription_names[each.key]
      RETRY_WINDOW_SECONDS = tostring(each.value.retry_window_seconds)
      UNKNOWN_AUDIENCE     = each.value.unknown_audience
      # Tells a wake from a control message and from a push of the version before.
      WAKE_SUBSCRIPTION = local.wake_subscription_names[each.key]
      }, { for name, value in {
        DESTINATION_BASE_URL                = each.value.base_url
        DESTINATION_CREDENTIALS_SECRET_NAME = each.value.credentials ? local.secret_names["${var.prefix}-credentials-${each.key}"] : null
        DESTINATION_DESCRIPTION             = each.value.description
        DESTINATION_OPTIONS                 = each.value.options
    } : name => value if value != null })
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_pushes_images,
    google_project_iam_member.build_reads_function_sources,
    google_project_iam_member.build_writes_logs,
    google_storage_bucket_iam_member.build_reads_bundles,
  ]
}

# A binding, which names all there are: whoever is added by hand is removed by the next apply.
resource "google_cloud_run_service_iam_binding" "forward_invokers" {
  for_each = var.destinations

  project  = var.project_id
  location = var.region
  service  = google_cloudfunctions2_function.forward[each.key].name
  role     = "roles/run.invoker"
  members  = ["serviceAccount:${local.emails.push}"]
}

# The file drop lists, reads, makes, composes and removes objects.
resource "google_storage_bucket_iam_member" "forward_drops_files" {
  for_each = { for id, destination in var.destinations : id => destination.bucket if destination.bucket != null }

  bucket = each.value
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${local.forward_emails[each.key]}"
}
