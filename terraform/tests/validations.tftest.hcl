# Values that cannot work are refused in the plan, with what to write instead.

mock_provider "archive" {}
mock_provider "google" {}

variables {
  project_id   = "my-project"
  region       = "europe-west1"
  destinations = { rokt = {} }
}

run "no_destination" {
  command = plan
  variables { destinations = {} }
  expect_failures = [var.destinations]
}

run "a_destination_that_is_no_id" {
  command = plan
  variables { destinations = { "Rokt US" = {} } }
  expect_failures = [var.destinations]
}

run "two_forwards_to_one_destination" {
  command = plan
  variables { destinations = { rokt = {}, again = { destination = "rokt" } } }
  expect_failures = [var.destinations]
}

run "a_base_url_without_tls" {
  command = plan
  variables { destinations = { rokt = { base_url = "http://example.com" } } }
  expect_failures = [var.destinations]
}

run "options_that_are_no_json_object" {
  command = plan
  variables { destinations = { rokt = { options = "accountId=1" } } }
  expect_failures = [var.destinations]
}

run "a_description_that_is_a_path" {
  command = plan
  variables { destinations = { acme = { description = "acme.json" } } }
  expect_failures = [var.destinations]
}

run "more_instances_at_least_than_at_most" {
  command = plan
  variables { destinations = { rokt = { min_instances = 2 } } }
  expect_failures = [var.destinations]
}

run "too_little_memory" {
  command = plan
  variables { destinations = { rokt = { memory_mib = 128 } } }
  expect_failures = [var.destinations]
}

run "more_memory_than_a_processor_has" {
  command = plan
  variables { intake = { memory_mib = 8192 } }
  expect_failures = [var.intake]
}

run "an_unknown_policy" {
  command = plan
  variables { destinations = { rokt = { unknown_audience = "drop" } } }
  expect_failures = [var.destinations]
}

run "a_retry_window_beyond_retention" {
  command = plan
  variables { destinations = { rokt = { retry_window_seconds = 604800 } } }
  expect_failures = [var.destinations]
}

run "a_timeout_that_has_no_effect" {
  command = plan
  variables { destinations = { rokt = { timeout_seconds = 600 } } }
  expect_failures = [check.destinations_timeout_seconds]
}

run "a_publish_interval_that_has_no_effect" {
  command = plan
  variables { intake = { publish_interval_ms = 200 } }
  expect_failures = [check.intake_publish_interval_ms]
}

run "a_zone_for_the_sweep" {
  command = plan
  variables { scheduler_region = "europe-west3-a" }
  expect_failures = [var.scheduler_region]
}

run "a_lease_shorter_than_two_calls" {
  command = plan
  variables { destinations = { rokt = { create_lease_seconds = 10 } } }
  expect_failures = [var.destinations]
}

run "an_answering_destination_that_is_none" {
  command = plan
  variables { answering_destination = "moloco" }
  expect_failures = [var.answering_destination]
}

run "an_answer_later_than_mapp_waits" {
  command = plan
  variables { intake = { create_timeout_ms = 5000 } }
  expect_failures = [var.intake]
}

run "a_body_that_memory_cannot_hold" {
  command = plan
  variables { intake = { max_body_bytes = 100000000 } }
  expect_failures = [var.intake]
}

run "a_public_operator" {
  command = plan
  variables { operators = ["allUsers"] }
  expect_failures = [var.operators]
}

run "a_prefix_that_is_too_long" {
  command = plan
  variables { prefix = "a-relay-for-rokt" }
  expect_failures = [var.prefix]
}

run "a_project_number" {
  command = plan
  variables { project_id = "123456789012" }
  expect_failures = [var.project_id]
}

run "a_multi_region" {
  command = plan
  variables { region = "eu" }
  expect_failures = [var.region]
}

run "half_a_shard" {
  command = plan
  variables { shards = 1.5 }
  expect_failures = [var.shards]
}

run "a_log_level_that_metrics_cannot_count" {
  command = plan
  variables { log_level = "warn" }
  expect_failures = [var.log_level]
}

run "a_host_with_a_scheme" {
  command = plan
  variables { user_sync = { allowed_hosts = ["https://go.flx1.com"] } }
  expect_failures = [var.user_sync]
}

run "a_host_that_is_an_address" {
  command = plan
  variables { user_sync = { allowed_hosts = ["127.0.0.1"] } }
  expect_failures = [var.user_sync]
}

run "a_cookie_for_longer_than_browsers_keep_one" {
  command = plan
  variables { user_sync = { cookie_days = 730 } }
  expect_failures = [var.user_sync]
}

run "a_platform_cookie_with_its_value" {
  command = plan
  variables { user_sync = { platform_cookie = "uid=1" } }
  expect_failures = [var.user_sync]
}

run "a_signature_that_leaves_out_what_it_is_for" {
  command = plan
  variables { user_sync = { signed = true, signed_parameters = ["partner"] } }
  expect_failures = [var.user_sync]
}

run "a_signature_of_itself" {
  command = plan
  variables { user_sync = { signed = true, signed_parameters = ["out", "signature"] } }
  expect_failures = [var.user_sync]
}

run "a_tcf_vendor_nobody_asks_about" {
  command = plan
  variables { user_sync = { tcf_vendor_id = 755 } }
  expect_failures = [var.user_sync]
}

run "an_id_nobody_has" {
  command = plan
  variables { member_id = "email" }
  expect_failures = [var.member_id]
}
