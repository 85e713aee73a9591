# What must hold of the pipeline: nothing is applied without an approval, and a pull request, which runs
# what its author wrote, can change nothing.

mock_provider "google" {}

variables {
  project_id = "my-project"
  region     = "europe-west1"
  deployment = "deployments/production"
  github     = { owner = "acme", name = "audience-relay" }
}

run "an_apply_waits_for_an_approval" {
  command = plan

  assert {
    condition     = google_cloudbuild_trigger.apply.approval_config[0].approval_required && google_cloudbuild_trigger.apply.github[0].push[0].branch == "^main$"
    error_message = "Only main is applied, and only when somebody approves."
  }
}

run "a_pull_request_applies_nothing" {
  command = plan

  assert {
    condition     = google_cloudbuild_trigger.plan.substitutions["_APPLY"] == "false"
    error_message = "A pull request is planned, not applied."
  }

  assert {
    condition = alltrue([
      for grant in google_project_iam_member.plan_reads :
      can(regex("[.](reader|viewer|securityReviewer|serviceUsageViewer|logWriter)$", grant.role))
    ])
    error_message = "The account of pull requests may look, and write its own log."
  }

  assert {
    condition     = google_storage_bucket_iam_member.plan_reads_state.role == "roles/storage.objectViewer"
    error_message = "It reads the state, and writes none."
  }
}

run "nobody_reads_secrets_or_audiences" {
  command = plan

  assert {
    condition = length(setintersection(
      setunion([for grant in google_project_iam_member.plan_reads : grant.role], [for grant in google_project_iam_member.apply_changes : grant.role]),
      ["roles/owner", "roles/editor", "roles/viewer", "roles/datastore.owner", "roles/datastore.user", "roles/secretmanager.admin", "roles/secretmanager.secretAccessor"],
    )) == 0
    error_message = "No role that reads secrets' values or audiences."
  }

  assert {
    condition = length(setintersection(
      setunion(google_project_iam_custom_role.plan.permissions, google_project_iam_custom_role.apply.permissions),
      ["datastore.entities.get", "datastore.entities.list", "secretmanager.versions.access"],
    )) == 0
    error_message = "Nor a permission that does."
  }
}

run "the_pipeline_grants_only_what_the_relay_needs" {
  command = plan

  assert {
    condition     = strcontains(google_project_iam_member.apply_grants.condition[0].expression, "hasOnly(['roles/datastore.user', 'roles/datastore.viewer', 'roles/logging.logWriter', 'roles/storage.objectViewer'])")
    error_message = "It cannot make itself, or anybody, an owner."
  }
}

run "a_deployment_outside_the_repository" {
  command = plan

  variables {
    deployment = "../elsewhere"
  }

  expect_failures = [var.deployment]
}
