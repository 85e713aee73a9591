# User sync, the function that browsers are sent to: for platforms that have none of their own. It
# may do nothing in the project, but read the secret of signed syncing where that is on.

resource "google_service_account" "user_sync" {
  count = var.user_sync == null ? 0 : 1

  project      = var.project_id
  account_id   = "${var.prefix}-user-sync"
  display_name = "Audience Relay ${var.prefix}: user sync"
}

resource "google_cloudfunctions2_function" "user_sync" {
  count = var.user_sync == null ? 0 : 1

  project     = var.project_id
  location    = var.region
  name        = "${var.prefix}-user-sync"
  description = "Sends a browser back to Mapp with this platform's id of it."
  labels      = local.labels

  build_config {
    runtime               = "nodejs24"
    entry_point           = "sync"
    docker_repository     = google_artifact_registry_repository.images.id
    environment_variables = local.build_environment
    service_account       = local.build_account

    source {
      storage_source {
        bucket = google_storage_bucket.bundles.name
        object = google_storage_bucket_object.bundle["user-sync"].name
      }
    }
  }

  service_config {
    available_cpu                    = "1"
    available_memory                 = "${var.user_sync.memory_mib}Mi"
    ingress_settings                 = "ALLOW_ALL"
    max_instance_count               = var.user_sync.max_instances
    max_instance_request_concurrency = var.user_sync.concurrency
    min_instance_count               = var.user_sync.min_instances
    service_account_email            = local.emails.user_sync
    timeout_seconds                  = var.user_sync.timeout_seconds

    environment_variables = { for name, value in {
      GOOGLE_CLOUD_PROJECT    = var.project_id
      LOG_LEVEL               = var.log_level
      SYNC_ALLOWED_HOSTS      = join(",", var.user_sync.allowed_hosts)
      SYNC_COOKIE_DAYS        = tostring(var.user_sync.cookie_days)
      SYNC_COOKIE_PARTITIONED = tostring(var.user_sync.cookie_partitioned)
      SYNC_PLATFORM_COOKIE    = var.user_sync.platform_cookie
      SYNC_REQUIRE_CONSENT    = tostring(var.user_sync.require_consent)
      SYNC_SECRET_NAME        = local.sync_is_signed ? local.secret_names["${var.prefix}-sync"] : null
      SYNC_SIGNATURE_NAME     = var.user_sync.signature_name
      SYNC_SIGNED_PARAMETERS  = join(",", var.user_sync.signed_parameters)
      SYNC_TCF_VENDOR_ID      = var.user_sync.tcf_vendor_id == null ? null : tostring(var.user_sync.tcf_vendor_id)
    } : name => value if value != null }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_pushes_images,
    google_project_iam_member.build_reads_function_sources,
    google_project_iam_member.build_writes_logs,
    google_service_account.user_sync,
    google_storage_bucket_iam_member.build_reads_bundles,
  ]
}

resource "google_cloud_run_service_iam_binding" "user_sync_invokers" {
  count = var.user_sync == null ? 0 : 1

  project  = var.project_id
  location = var.region
  service  = google_cloudfunctions2_function.user_sync[0].name
  role     = "roles/run.invoker"
  members  = ["allUsers"]
}
