locals {
  substitutions = {
    _DEPLOYMENT   = var.deployment
    _STATE_BUCKET = google_storage_bucket.state.name
  }
}

# A pull request is checked and planned, by an account that can change nothing.
resource "google_cloudbuild_trigger" "plan" {
  project         = var.project_id
  location        = var.region
  name            = "${var.prefix}-plan"
  description     = "Checks a pull request and plans what it would change."
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.plan.id
  substitutions   = merge(local.substitutions, { _APPLY = "false" })

  github {
    owner = var.github.owner
    name  = var.github.name

    pull_request {
      branch          = "^main$"
      comment_control = "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
    }
  }
}

# What is merged waits for somebody's approval; then it is checked again, applied and tried out.
resource "google_cloudbuild_trigger" "apply" {
  project         = var.project_id
  location        = var.region
  name            = "${var.prefix}-apply"
  description     = "Checks main, deploys it and tries it out."
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.apply.id
  substitutions   = merge(local.substitutions, { _APPLY = "true" })

  approval_config {
    approval_required = true
  }

  github {
    owner = var.github.owner
    name  = var.github.name

    push {
      branch = "^main$"
    }
  }
}
