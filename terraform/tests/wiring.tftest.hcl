# What must hold of every relay: who may publish, who may invoke, what is public, and how messages are
# kept and ordered.

mock_provider "archive" {}
mock_provider "google" {}

variables {
  project_id = "my-project"
  region     = "europe-west1"
  operators  = ["group:operators@example.com"]
  user_sync  = {}

  destinations = {
    file-drop = { credentials = false, bucket = "drops", min_instances = 1 }
    rokt      = { max_instances = 3 }
  }
}

run "only_intake_and_operators_publish" {
  command = plan

  assert {
    condition = google_pubsub_topic_iam_binding.publishers.members == toset([
      "group:operators@example.com",
      "serviceAccount:relay-intake@my-project.iam.gserviceaccount.com",
    ])
    error_message = "Only intake and operators may publish mutations."
  }

  assert {
    condition = google_pubsub_topic_iam_binding.control_publishers.members == toset([
      "group:operators@example.com",
      "serviceAccount:relay-intake@my-project.iam.gserviceaccount.com",
    ])
    error_message = "Only intake and operators may publish creations."
  }

  assert {
    condition = [
      for binding in [google_pubsub_topic_iam_binding.publishers, google_pubsub_topic_iam_binding.control_publishers] : "${binding.role} on ${binding.topic}"
    ] == ["roles/pubsub.publisher on relay", "roles/pubsub.publisher on relay-control"]
    error_message = "They may publish to the two topics, and nothing else."
  }

  assert {
    condition = [
      for name in ["TOPIC", "CONTROL_TOPIC"] : google_cloudfunctions2_function.intake.service_config[0].environment_variables[name]
    ] == ["relay", "relay-control"]
    error_message = "Intake must know both topics."
  }

  assert {
    condition = google_pubsub_topic_iam_binding.dead_letter_publishers.members == toset([
      "serviceAccount:relay-to-file-drop@my-project.iam.gserviceaccount.com",
      "serviceAccount:relay-to-rokt@my-project.iam.gserviceaccount.com",
    ])
    error_message = "Only the forwards publish dead letters."
  }
}

run "only_the_push_account_invokes_forward" {
  command = plan

  assert {
    condition = alltrue([
      for binding in google_cloud_run_service_iam_binding.forward_invokers :
      binding.role == "roles/run.invoker" && binding.members == toset(["serviceAccount:relay-push@my-project.iam.gserviceaccount.com"])
    ])
    error_message = "Nobody but the push account may invoke forward."
  }

  assert {
    condition     = toset(keys(google_cloud_run_service_iam_binding.forward_invokers)) == toset(["file-drop", "rokt"])
    error_message = "Every forward has its binding."
  }

  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.forward : function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    ])
    error_message = "Forward cannot be reached from the internet."
  }
}

run "intake_and_user_sync_are_public" {
  command = plan

  assert {
    condition     = google_cloud_run_service_iam_binding.intake_invokers.members == toset(["allUsers"]) && google_cloud_run_service_iam_binding.intake_invokers.service == "relay-intake"
    error_message = "Mapp has no Google account: intake must be open to all."
  }

  assert {
    condition     = google_cloud_run_service_iam_binding.user_sync_invokers[0].members == toset(["allUsers"])
    error_message = "Browsers have no Google account: user sync must be open to all."
  }
}

run "only_its_forward_pulls_a_subscription" {
  command = plan

  assert {
    condition = { for id, binding in google_pubsub_subscription_iam_binding.forward_pulls : id => "${binding.role} on ${binding.subscription}: ${join(", ", binding.members)}" } == {
      file-drop = "roles/pubsub.subscriber on relay-forward-file-drop: serviceAccount:relay-to-file-drop@my-project.iam.gserviceaccount.com"
      rokt      = "roles/pubsub.subscriber on relay-forward-rokt: serviceAccount:relay-to-rokt@my-project.iam.gserviceaccount.com"
    }
    error_message = "A forward may pull its own subscription, and nobody else may."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.forward : function.service_config[0].environment_variables["PULL_SUBSCRIPTION"] == function.name])
    error_message = "Forward must know which subscription it pulls."
  }
}

run "members_are_pulled_in_order_and_kept" {
  command = plan

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.forward : length(subscription.push_config) == 0])
    error_message = "Members are pulled: a push hands out one message of a key at a time."
  }

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.forward : length(subscription.retry_policy) == 0])
    error_message = "Put-backs are the only backoff: a retry policy would add its own to each."
  }

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.forward : subscription.enable_message_ordering])
    error_message = "Without ordering, a user's add and remove may change places."
  }

  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.forward :
      subscription.message_retention_duration == "604800s" && subscription.expiration_policy[0].ttl == "" && subscription.ack_deadline_seconds == 15
    ])
    error_message = "Messages are kept for seven days, the subscription forever, and a lease is 15 s until forward sets its own."
  }

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.forward : length(subscription.dead_letter_policy) == 0])
    error_message = "Pub/Sub's dead-letter policy stalls ordering keys; forward does its own."
  }
}

run "creations_are_pushed_in_order_and_kept" {
  command = plan

  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.control :
      subscription.enable_message_ordering && subscription.message_retention_duration == "604800s" && subscription.expiration_policy[0].ttl == "" && length(subscription.dead_letter_policy) == 0
    ])
    error_message = "Creations come in order, are kept for seven days, and forward gives them up itself."
  }

  assert {
    condition     = toset(values(google_pubsub_subscription.control)[*].name) == toset(["relay-control-file-drop", "relay-control-rokt"])
    error_message = "Every forward has its control subscription."
  }
}

run "a_wake_is_short_lived_and_holds_no_other_up" {
  command = plan

  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.wake : subscription.enable_message_ordering != true])
    error_message = "An ordered wake that is held open would keep the next wakes of its key back."
  }

  assert {
    condition = alltrue([
      for subscription in google_pubsub_subscription.wake :
      subscription.message_retention_duration == "3600s" && subscription.expiration_policy[0].ttl == ""
    ])
    error_message = "A wake is sent again for an hour, longer than its deadline; the subscription stays forever."
  }

  assert {
    condition = alltrue([
      for id, function in google_cloudfunctions2_function.forward :
      function.service_config[0].environment_variables["WAKE_SUBSCRIPTION"] == google_pubsub_subscription.wake[id].name
    ])
    error_message = "Forward tells a wake by its subscription."
  }
}

run "only_the_push_account_wakes_forward" {
  command = plan

  assert {
    condition = alltrue([
      for subscription in concat(values(google_pubsub_subscription.wake), values(google_pubsub_subscription.control)) :
      subscription.push_config[0].oidc_token[0].service_account_email == "relay-push@my-project.iam.gserviceaccount.com"
    ])
    error_message = "Wakes and control messages are signed as the push account."
  }

  assert {
    condition = alltrue([
      for subscription in concat(values(google_pubsub_subscription.wake), values(google_pubsub_subscription.control)) :
      subscription.ack_deadline_seconds == 600 && subscription.retry_policy[0].minimum_backoff == "1s" && subscription.retry_policy[0].maximum_backoff == "60s"
    ])
    error_message = "Pub/Sub waits ten minutes for an answer, and pushes again after 1 to 60 s."
  }

  assert {
    condition = alltrue([
      for job in google_cloud_scheduler_job.sweep : job.http_target[0].oidc_token[0].service_account_email == "relay-push@my-project.iam.gserviceaccount.com"
    ])
    error_message = "The sweep is signed as the push account."
  }

  assert {
    condition     = google_service_account_iam_member.pubsub_signs_as_push.role == "roles/iam.serviceAccountTokenCreator" && endswith(google_service_account_iam_member.pubsub_signs_as_push.member, "@gcp-sa-pubsub.iam.gserviceaccount.com")
    error_message = "Pub/Sub's agent signs as the push account."
  }
}

run "every_forward_is_swept_every_minute" {
  command = plan

  assert {
    condition     = { for id, job in google_cloud_scheduler_job.sweep : id => job.name } == { file-drop = "relay-sweep-file-drop", rokt = "relay-sweep-rokt" }
    error_message = "Every forward has its sweep."
  }

  assert {
    condition = alltrue([
      for job in google_cloud_scheduler_job.sweep :
      job.schedule == "* * * * *" && job.region == "europe-west1" && job.http_target[0].http_method == "POST" && job.http_target[0].body == null
    ])
    error_message = "Every minute an empty POST tells forward to look."
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.sweep : job.attempt_deadline == "1800s" && job.retry_config[0].retry_count == 0])
    error_message = "A sweep may be held open for half an hour; one that failed is followed by the next, and not tried again."
  }

  assert {
    condition     = contains(keys(google_project_service.required), "cloudscheduler.googleapis.com")
    error_message = "The sweep needs Cloud Scheduler."
  }
}

run "the_sweep_runs_where_cloud_scheduler_is" {
  command = plan

  variables {
    scheduler_region = "europe-west3"
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.sweep : job.region == "europe-west3"])
    error_message = "The sweep's region follows its variable."
  }
}

run "a_held_request_ends_before_cloud_run_cuts_it_off" {
  command = plan

  assert {
    condition = alltrue([
      for id, function in google_cloudfunctions2_function.forward :
      function.service_config[0].timeout_seconds > google_pubsub_subscription.wake[id].ack_deadline_seconds
      && function.service_config[0].timeout_seconds > tonumber(trimsuffix(google_cloud_scheduler_job.sweep[id].attempt_deadline, "s"))
    ])
    error_message = "The request timeout is above the deadlines of wake and sweep."
  }

  assert {
    condition     = google_cloudfunctions2_function.forward["file-drop"].service_config[0].max_instance_count == 1 && google_cloudfunctions2_function.forward["file-drop"].service_config[0].max_instance_request_concurrency >= 100
    error_message = "One instance by default, with room for held wakes, control messages and pushes of the version before."
  }
}

run "dead_letters_are_kept_for_31_days" {
  command = plan

  assert {
    condition     = google_pubsub_subscription.dead_letters.message_retention_duration == "2678400s" && google_pubsub_subscription.dead_letters.expiration_policy[0].ttl == ""
    error_message = "A dead letter waits 31 days for an operator."
  }

  assert {
    condition     = length(google_pubsub_subscription.dead_letters.push_config) == 0
    error_message = "Dead letters are pulled, by operators."
  }
}

run "a_secret_is_read_by_one_account" {
  command = plan

  assert {
    condition = toset([for id, binding in google_secret_manager_secret_iam_binding.readers : "${id}: ${join(", ", binding.members)}"]) == toset([
      "relay-hmac: serviceAccount:relay-intake@my-project.iam.gserviceaccount.com",
      "relay-credentials-rokt: serviceAccount:relay-to-rokt@my-project.iam.gserviceaccount.com",
    ])
    error_message = "Intake reads its secret, a forward its destination's, and nobody another's."
  }
}

run "user_sync_reads_a_secret_only_when_urls_are_signed" {
  command = plan

  variables {
    user_sync = { signed = true }
  }

  assert {
    condition     = toset([for id, binding in google_secret_manager_secret_iam_binding.readers : id if contains(binding.members, "serviceAccount:relay-user-sync@my-project.iam.gserviceaccount.com")]) == toset(["relay-sync"])
    error_message = "User sync reads the secret of signed syncing, and no other."
  }

  assert {
    condition     = google_secret_manager_secret_iam_binding.readers["relay-sync"].members == toset(["serviceAccount:relay-user-sync@my-project.iam.gserviceaccount.com"])
    error_message = "Nobody else reads the secret of signed syncing."
  }

  assert {
    condition     = google_cloudfunctions2_function.user_sync[0].service_config[0].environment_variables["SYNC_SECRET_NAME"] == "projects/my-project/secrets/relay-sync"
    error_message = "User sync must know the name of its secret."
  }
}

run "limits_are_shared_among_instances" {
  command = plan

  assert {
    condition     = google_cloudfunctions2_function.forward["rokt"].service_config[0].environment_variables["MAX_INSTANCES"] == "3" && google_cloudfunctions2_function.forward["rokt"].service_config[0].max_instance_count == 3
    error_message = "Forward must know among how many instances the platform's limits are shared."
  }
}

run "the_file_drop_may_write_to_its_bucket" {
  command = plan

  assert {
    condition     = google_storage_bucket_iam_member.forward_drops_files["file-drop"].bucket == "drops" && keys(google_storage_bucket_iam_member.forward_drops_files) == ["file-drop"]
    error_message = "The file drop needs its bucket, and nobody else does."
  }
}

run "dead_members_expire" {
  command = plan

  assert {
    condition     = google_firestore_field.dead_members_expiry.field == "expiresAt" && google_firestore_field.dead_members_expiry.collection == "dead-members" && length(google_firestore_field.dead_members_expiry.ttl_config) == 1
    error_message = "Records of dead members must expire."
  }
}

run "a_dry_run_stands_beside_the_real_one" {
  command = plan

  variables {
    destinations = {
      rokt       = {}
      rokt-trial = { destination = "rokt", dry_run = true }
    }
  }

  assert {
    condition = [for function in google_cloudfunctions2_function.forward : [
      function.service_config[0].environment_variables["DESTINATION"], function.service_config[0].environment_variables["DRY_RUN"],
    ]] == [["rokt", "false"], ["rokt", "true"]]
    error_message = "Both know the audiences of the one destination, and one calls it."
  }

  assert {
    condition     = google_cloudfunctions2_function.intake.service_config[0].environment_variables["DESTINATION"] == "rokt"
    error_message = "Intake looks into the map of the destination."
  }

  assert {
    condition     = length(google_pubsub_subscription.forward) == 2 && length(google_pubsub_subscription.wake) == 2 && length(google_pubsub_subscription.control) == 2
    error_message = "A dry run acknowledges what it pulls: it has subscriptions of its own."
  }
}

run "without_user_sync_there_is_none" {
  command = plan

  variables {
    user_sync = null
  }

  assert {
    condition     = length(google_cloudfunctions2_function.user_sync) + length(google_cloud_run_service_iam_binding.user_sync_invokers) + length(google_service_account.user_sync) == 0
    error_message = "No user sync without user_sync = {}."
  }
}

run "two_relays_share_no_name" {
  command = plan

  variables {
    prefix = "second"
  }

  assert {
    condition = alltrue([for name in concat(
      [google_pubsub_topic.mutations.name, google_pubsub_topic.control.name, google_pubsub_topic.dead_letters.name, google_pubsub_subscription.dead_letters.name],
      [google_cloudfunctions2_function.intake.name, google_cloudfunctions2_function.user_sync[0].name, google_firestore_database.relay.name],
      [google_service_account.intake.account_id, google_service_account.push.account_id, google_service_account.build.account_id],
      [google_artifact_registry_repository.images.repository_id],
      values(google_cloudfunctions2_function.forward)[*].name,
      values(google_pubsub_subscription.forward)[*].name,
      values(google_pubsub_subscription.wake)[*].name,
      values(google_pubsub_subscription.control)[*].name,
      values(google_cloud_scheduler_job.sweep)[*].name,
      values(google_secret_manager_secret.relay)[*].secret_id,
      values(google_service_account.forward)[*].account_id,
    ) : startswith(name, "second")])
    error_message = "Everything begins with the prefix."
  }

  assert {
    condition     = google_storage_bucket.bundles.name == "my-project-second-bundles"
    error_message = "The bucket's name holds project and prefix."
  }
}

run "a_long_name_makes_an_account_all_the_same" {
  command = plan

  variables {
    prefix = "twelve-chars"
    destinations = {
      meta-custom-audiences          = {}
      meta-custom-audiences-of-shops = {}
    }
  }

  assert {
    condition     = alltrue([for account in google_service_account.forward : length(account.account_id) <= 30])
    error_message = "An account's id has 30 characters at most."
  }

  assert {
    condition     = length(distinct(values(google_service_account.forward)[*].account_id)) == 2
    error_message = "Every forward has an account of its own."
  }
}
