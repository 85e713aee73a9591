output "state_bucket" {
  description = "Where Terraform's state is kept: terraform init -backend-config=bucket=…"
  value       = google_storage_bucket.state.name
}

output "triggers" {
  description = "The triggers' names."
  value       = [google_cloudbuild_trigger.plan.name, google_cloudbuild_trigger.apply.name]
}
