# A plan for test/terraform/grants.test.ts: a relay with all there can be.

mock_provider "archive" {}
mock_provider "google" {}

run "a_relay_with_everything" {
  command = plan

  variables {
    project_id = "my-project"
    region     = "europe-west1"
    basic_auth = true
    operators  = ["group:operators@example.com"]
    user_sync  = { signed = true }

    destinations = {
      file-drop = { bucket = "drops", credentials = false }
      rokt      = {}
    }
  }
}
