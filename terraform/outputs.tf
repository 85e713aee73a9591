locals {
  intake_url = google_cloudfunctions2_function.intake.service_config[0].uri

  cli_environment = {
    for id, destination in var.destinations : id => { for name, value in {
      BASIC_AUTH_SECRET_NAME              = var.basic_auth ? local.secret_names["${var.prefix}-basic-auth"] : null
      CONTROL_SUBSCRIPTION                = google_pubsub_subscription.control[id].name
      CONTROL_TOPIC                       = google_pubsub_topic.control.name
      DEAD_LETTER_SUBSCRIPTION            = google_pubsub_subscription.dead_letters.name
      DEAD_LETTER_TOPIC                   = google_pubsub_topic.dead_letters.name
      DESTINATION                         = local.destination_ids[id]
      DESTINATION_BASE_URL                = destination.base_url
      DESTINATION_CREDENTIALS_SECRET_NAME = destination.credentials ? local.secret_names["${var.prefix}-credentials-${id}"] : null
      DESTINATION_DESCRIPTION             = destination.description
      DESTINATION_OPTIONS                 = destination.options
      FIRESTORE_COLLECTION                = local.firestore_collection
      FIRESTORE_DATABASE                  = google_firestore_database.relay.name
      FORWARD_SERVICE                     = "projects/${var.project_id}/locations/${var.region}/services/${google_cloudfunctions2_function.forward[id].name}"
      GOOGLE_CLOUD_PROJECT                = var.project_id
      HMAC_SECRET_NAME                    = local.secret_names["${var.prefix}-hmac"]
      INTAKE_URL                          = local.intake_url
      MEMBER_ID                           = var.member_id
      PULL_SUBSCRIPTION                   = google_pubsub_subscription.forward[id].name
      PUSH_SERVICE_ACCOUNT                = local.emails.push
      SHARDS                              = tostring(var.shards)
      SWEEP_JOB                           = "projects/${var.project_id}/locations/${google_cloud_scheduler_job.sweep[id].region}/jobs/${google_cloud_scheduler_job.sweep[id].name}"
      TOPIC                               = google_pubsub_topic.mutations.name
      WAKE_SUBSCRIPTION                   = google_pubsub_subscription.wake[id].name
    } : name => value if value != null }
  }
}

output "cli_environment" {
  description = "What points `audience-relay` at a forward of this relay, by destination."
  value       = local.cli_environment
}

output "cli_exports" {
  description = "The same for the answering destination, for a shell: eval \"$(terraform output -raw cli_exports)\""
  value = join("\n", [
    for name, value in local.cli_environment[local.answering_destination] : "export ${name}='${replace(value, "'", "'\\''")}'"
  ])
}

output "curl" {
  description = "Plays VALIDATE with the secret that is in force."
  value       = <<-EOT
    SECRET=$(gcloud secrets versions access latest --project=${var.project_id} --secret=${var.prefix}-hmac)
    BODY='{"Type":"VALIDATE"}'
    curl -sS -i -X POST '${local.intake_url}/?type=VALIDATE' \
      -H 'content-type: application/json' \
      -H "X-HMAC: $(printf %s "$BODY" | openssl dgst -sha1 -hmac "$SECRET" -r | cut -d' ' -f1)" \
      -d "$BODY"${var.basic_auth ? " \\\n  -u \"$(gcloud secrets versions access latest --project=${var.project_id} --secret=${var.prefix}-basic-auth)\"" : ""}
  EOT
}

output "forward_services" {
  description = "The names of the forward functions and their Cloud Run services, by destination."
  value       = { for id, function in google_cloudfunctions2_function.forward : id => function.name }
}

output "registration_url" {
  description = "What to register with Mapp; with Basic Auth, write user and password before the host."
  value       = "${local.intake_url}/"
}

output "secrets_to_fill" {
  description = "A command for each secret, which reads its value from standard input."
  value = {
    for id in keys(local.secret_readers) : id => "gcloud secrets versions add ${id} --project=${var.project_id} --data-file=-"
  }
}

output "user_sync_url" {
  description = "What Mapp's pixel is to send browsers to, with ?out=…"
  value       = var.user_sync == null ? null : "${google_cloudfunctions2_function.user_sync[0].service_config[0].uri}/"
}
