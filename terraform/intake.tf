# Intake, the function that Mapp calls. It is public, so it holds nothing worth stealing: it may read
# its own secrets and the audience map, and publish to two topics.

resource "google_service_account" "intake" {
  project      = var.project_id
  account_id   = "${var.prefix}-intake"
  display_name = "Audience Relay ${var.prefix}: intake"
}

resource "google_cloudfunctions2_function" "intake" {
  project     = var.project_id
  location    = var.region
  name        = "${var.prefix}-intake"
  description = "Takes the calls of the Mapp DMP and publishes them."
  labels      = local.labels

  build_config {
    runtime               = "nodejs24"
    entry_point           = "diy"
    docker_repository     = google_artifact_registry_repository.images.id
    environment_variables = local.build_environment
    service_account       = local.build_account

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["intake"].name
      }
    }
  }

  service_config {
    available_cpu                    = tostring(var.intake.cpu)
    available_memory                 = "${var.intake.memory_mib}Mi"
    ingress_settings                 = "ALLOW_ALL"
    max_instance_count               = var.intake.max_instances
    max_instance_request_concurrency = var.intake.concurrency
    min_instance_count               = var.intake.min_instances
    service_account_email            = local.emails.intake
    timeout_seconds                  = var.intake.timeout_seconds

    environment_variables = merge(local.audience_map_environment, {
      CONTROL_TOPIC      = google_pubsub_topic.control.name
      CREATE_TIMEOUT_MS  = tostring(var.intake.create_timeout_ms)
      DESTINATION        = local.destination_ids[local.answering_destination]
      HMAC_SECRET_NAME   = local.secret_names["${var.prefix}-hmac"]
      LOG_LEVEL          = var.log_level
      MAX_BODY_BYTES     = tostring(var.intake.max_body_bytes)
      MAX_PENDING_BYTES  = tostring(floor(var.intake.memory_mib * local.pending_bytes_per_mib))
      MEMBER_ID          = var.member_id
      PUBLISH_TIMEOUT_MS = tostring(var.intake.publish_timeout_ms)
      RETURN_SEGMENT_ID  = tostring(var.intake.return_segment_id)
      SHARDS             = tostring(var.shards)
      TOPIC              = google_pubsub_topic.mutations.name
      }, var.basic_auth ? {
      BASIC_AUTH_SECRET_NAME = local.secret_names["${var.prefix}-basic-auth"]
    } : {})
  }

  # After forward and all of its subscriptions: intake writes a version of messages only once forward reads it,
  # and a topic without subscriptions keeps nothing.
  depends_on = [
    google_artifact_registry_repository_iam_member.build_pushes_images,
    google_cloud_scheduler_job.sweep,
    google_cloudfunctions2_function.forward,
    google_project_iam_member.build_reads_function_sources,
    google_project_iam_member.build_writes_logs,
    google_pubsub_subscription.control,
    google_pubsub_subscription.forward,
    google_pubsub_subscription.wake,
    google_pubsub_topic_iam_binding.control_publishers,
    google_pubsub_topic_iam_binding.publishers,
    google_storage_bucket_iam_member.build_reads_bundles,
  ]
}

# Mapp has no Google account: the signature over the body is what lets a call in.
resource "google_cloud_run_service_iam_binding" "intake_invokers" {
  project  = var.project_id
  location = var.region
  service  = google_cloudfunctions2_function.intake.name
  role     = "roles/run.invoker"
  members  = ["allUsers"]
}
