# Plans for test/terraform/environment.test.ts: a relay that sets all it can, and one that sets nothing.

mock_provider "archive" {}
mock_provider "google" {}

variables {
  project_id = "my-project"
  region     = "europe-west1"
  user_sync  = {}
}

run "every_variable" {
  command = plan

  variables {
    basic_auth = true
    user_sync = {
      platform_cookie = "uid"
      require_consent = true
      signed          = true
      tcf_vendor_id   = 755
    }

    destinations = {
      acme = {
        base_url    = "https://api.example.com"
        description = jsonencode({ id = "acme" })
        options     = jsonencode({ advertiser = "4711" })
      }
    }
  }
}

run "defaults" {
  command = plan

  variables {
    destinations = { rokt = {} }
  }
}
