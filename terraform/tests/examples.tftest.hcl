# Both examples plan as they stand.

mock_provider "archive" {}
mock_provider "google" {}

variables {
  project_id = "my-project"
}

run "pangolin" {
  command = plan

  module {
    source = "./examples/pangolin"
  }

  variables {
    pangolin_url = "https://pangolin.example.com"
  }

  assert {
    condition     = keys(output.secrets_to_fill) == ["relay-credentials-pangolin", "relay-hmac"]
    error_message = "Pangolin takes two secrets."
  }
}

run "rokt" {
  command = plan

  module {
    source = "./examples/rokt"
  }

  variables {
    notification_channels = ["projects/my-project/notificationChannels/1"]
    operators             = ["group:operators@example.com"]
    rokt_account_id       = "123456789"
  }

  assert {
    condition     = keys(output.secrets_to_fill) == ["rokt-basic-auth", "rokt-credentials-rokt", "rokt-hmac"]
    error_message = "With Basic Auth there are three secrets."
  }
}
