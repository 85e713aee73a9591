# A plan for test/terraform/upgrade.test.ts, from the state that the version before has left behind.

mock_provider "archive" {}
mock_provider "google" {}

run "the_version_before" {
  command   = apply
  state_key = "relay"

  module {
    source = "./tests/module-before"
  }

  variables {
    destinations = ["file-drop", "rokt"]
    operator     = "group:operators@example.com"
  }
}

run "the_upgrade" {
  command   = plan
  state_key = "relay"

  variables {
    project_id = "my-project"
    region     = "europe-west1"
    operators  = ["group:operators@example.com"]

    destinations = {
      file-drop = { bucket = "drops", credentials = false }
      rokt      = {}
    }
  }
}
