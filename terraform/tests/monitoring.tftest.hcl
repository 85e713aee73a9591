# What must hold of metrics, alerts and dashboard, whoever runs the relay. That the names they use are those of the
# log and of the runbook is checked by test/terraform/metrics.test.ts.

mock_provider "archive" {}
mock_provider "google" {}

variables {
  project_id = "my-project"
  region     = "europe-west1"
  user_sync  = {}

  destinations = {
    moloco = {}
    rokt   = {}
  }

  monitoring = {
    notification_channels = ["projects/my-project/notificationChannels/1", "projects/my-project/notificationChannels/2"]
  }
}

run "every_alert_reaches_somebody_who_can_act" {
  command = plan

  assert {
    condition     = length(google_monitoring_alert_policy.relay) >= 18
    error_message = "Alerts are missing."
  }

  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.relay : policy.notification_channels == tolist(["projects/my-project/notificationChannels/1", "projects/my-project/notificationChannels/2"])
    ])
    error_message = "Every alert goes to all channels."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.relay : contains(["CRITICAL", "WARNING"], policy.severity)])
    error_message = "An alert is a page (CRITICAL) or a ticket (WARNING)."
  }

  assert {
    condition = alltrue([
      for key, policy in google_monitoring_alert_policy.relay :
      policy.documentation[0].links[0].url == "https://github.com/audience-relay/audience-relay/blob/main/docs/runbook.md#${replace(key, "_", "-")}"
      && strcontains(policy.documentation[0].content, policy.documentation[0].links[0].url)
    ])
    error_message = "Every alert links to its section of the runbook, which is called like the alert."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.relay : can(regex("^\\S.{40,}\n\nFirst step: .{20,}\n\nRunbook: ", policy.documentation[0].content))])
    error_message = "Every alert says what it means and what to do first."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.relay : startswith(policy.documentation[0].subject, "relay: ") && strcontains(policy.display_name, "(relay)")])
    error_message = "Every alert says of which relay it is."
  }
}

run "without_alerts_there_are_metrics_and_a_dashboard" {
  command = plan

  variables {
    monitoring = { alerts = false }
  }

  assert {
    condition     = length(google_monitoring_alert_policy.relay) == 0
    error_message = "alerts = false makes no alert."
  }

  assert {
    condition     = length(google_logging_metric.relay) > 10 && length(jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles) > 20
    error_message = "Metrics and dashboard are made all the same."
  }
}

run "alerts_are_of_kinds_that_the_api_takes" {
  command = plan

  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.relay :
      length(policy.conditions) == 1 && length(policy.conditions[0].condition_matched_log) + length(policy.conditions[0].condition_prometheus_query_language) == 1
    ])
    error_message = "An alert is about one log line or one query."
  }

  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.relay :
      length(policy.conditions[0].condition_matched_log) == length(policy.alert_strategy[0].notification_rate_limit)
    ])
    error_message = "A limit of notifications must be set for alerts about log lines, and works for no other."
  }

  assert {
    condition     = alltrue(flatten([for policy in google_monitoring_alert_policy.relay : policy.conditions[0].condition_prometheus_query_language[*].disable_metric_validation]))
    error_message = "A metric made of logs is not known yet when the first apply makes its alerts."
  }

  # From half an hour to a week.
  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.relay :
      tonumber(trimsuffix(policy.alert_strategy[0].auto_close, "s")) >= 1800 && tonumber(trimsuffix(policy.alert_strategy[0].auto_close, "s")) <= 604800
    ])
    error_message = "auto_close must be 1800s to 604800s."
  }
}

run "all_is_about_this_relay_only" {
  command = plan

  variables {
    prefix = "second"
  }

  assert {
    condition     = alltrue([for key, metric in google_logging_metric.relay : metric.name == "second/${key}"])
    error_message = "Names of metrics begin with the prefix."
  }

  # No other relay's services, and none that is not there.
  assert {
    condition = alltrue([
      for filter in concat(
        values(google_logging_metric.relay)[*].filter,
        flatten([for policy in google_monitoring_alert_policy.relay : policy.conditions[0].condition_matched_log[*].filter]),
      ) :
      startswith(filter, "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"second-")
      && length(setsubtract(
        regexall("\"([a-z0-9-]+)\"", regex("service_name=\\(([^)]+)\\)", filter)[0])[*][0],
        ["second-intake", "second-user-sync", "second-forward-moloco", "second-forward-rokt"],
      )) == 0
    ])
    error_message = "A filter of log lines must name services of this relay, and no other."
  }

  # Whatever a query reads has its project, and the services, subscriptions or the topic of this relay.
  assert {
    condition = alltrue(flatten([
      for query in concat(
        flatten([for policy in google_monitoring_alert_policy.relay : policy.conditions[0].condition_prometheus_query_language[*].query]),
        regexall("\"prometheusQuery\":\"((?:[^\"\\\\]|\\\\.)*)\"", google_monitoring_dashboard.relay.dashboard_json)[*][0],
        ) : [for selector in regexall("\\{[^{}]*googleapis[^{}]*\\}", replace(query, "\\\"", "\"")) :
        can(regex("project_id=\"my-project\", (job_id|service_name|subscription_id|topic_id)=~?\"(second(-(intake|user-sync|dead-letters|control|(forward|control|wake|sweep)-(moloco|rokt)))?[|]?)+\"", selector))
      ]
    ]))
    error_message = "A query must name what of this relay it is about."
  }

  assert {
    condition = alltrue(flatten([
      for query in concat(
        flatten([for policy in google_monitoring_alert_policy.relay : policy.conditions[0].condition_prometheus_query_language[*].query]),
        [replace(google_monitoring_dashboard.relay.dashboard_json, "\\\"", "\"")],
      ) :
      [for name in regexall("logging.googleapis.com/user/([a-z/_-]+)\"", query)[*][0] : contains(
        flatten([for metric in concat(values(google_logging_metric.relay), [google_logging_metric.sweep_failures]) : metric.metric_descriptor[0].value_type == "DISTRIBUTION" ? ["${metric.name}_bucket", "${metric.name}_count", "${metric.name}_sum"] : [metric.name]]),
        name
      )]
    ]))
    error_message = "A query must name a metric that there is, and a part of it if it is a distribution."
  }
}

run "a_sweep_that_fails_is_counted_and_one_that_is_held_open_is_not" {
  command = plan

  assert {
    condition = google_logging_metric.sweep_failures.filter == join(" AND ", [
      "resource.type=\"cloud_scheduler_job\"",
      "resource.labels.job_id=(\"relay-sweep-moloco\" OR \"relay-sweep-rokt\")",
      "jsonPayload.\"@type\"=\"type.googleapis.com/google.cloud.scheduler.logging.AttemptFinished\"",
      "severity>=ERROR",
      "NOT jsonPayload.status=\"DEADLINE_EXCEEDED\"",
    ])
    error_message = "The sweeps of this relay are counted when they fail, and not when they end at their deadline."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.relay["the_sweep_fails"].conditions[0].condition_prometheus_query_language[0].query, "user/relay/sweep_failures\", monitored_resource=\"cloud_scheduler_job\"")
    error_message = "Somebody is told when the sweep fails."
  }
}

run "what_waits_is_watched_where_it_waits" {
  command = plan

  assert {
    condition = alltrue([
      for alert in ["forward_does_not_work", "messages_wait_long"] :
      strcontains(google_monitoring_alert_policy.relay[alert].conditions[0].condition_prometheus_query_language[0].query, "subscription_id=~\"relay-forward-moloco|relay-forward-rokt|relay-control-moloco|relay-control-rokt\"")
    ])
    error_message = "Members wait in the pull subscriptions, creations in the control subscriptions. A wake that waits holds nothing up."
  }

  assert {
    condition     = length(regexall("response_class(=|!=)\"ack\"", google_monitoring_alert_policy.relay["control_pushes_fail"].conditions[0].condition_prometheus_query_language[0].query)) == 2 && !strcontains(google_monitoring_alert_policy.relay["control_pushes_fail"].conditions[0].condition_prometheus_query_language[0].query, "relay-wake")
    error_message = "A held wake may end at its deadline; a control message may not."
  }
}

run "thresholds_follow_the_variables" {
  command = plan

  variables {
    monitoring = {
      create_p99_ms                 = 4321
      intake_p99_ms                 = 765
      oldest_unacked_seconds        = 1234
      runbook_url                   = "https://wiki.example.com/relay"
      server_error_ratio            = 0.125
      signature_failures_per_minute = 77
    }
  }

  assert {
    condition = alltrue([
      for key, threshold in {
        creating_an_audience_takes_long = "> 4321\n"
        forward_does_not_work           = "> 1234\n"
        intake_answers_slowly           = "> 765\n"
        many_requests_are_refused       = "> 77"
        messages_wait_long              = "> 1234"
        requests_fail                   = "> 0.125\n"
      } : strcontains(google_monitoring_alert_policy.relay[key].conditions[0].condition_prometheus_query_language[0].query, threshold)
    ])
    error_message = "A threshold does not follow its variable."
  }

  assert {
    condition = alltrue([
      for tile, value in { "How long does Mapp wait for an answer?" = 765, "How long does creating an audience take?" = 4321, "How old is the oldest message?" = 1234 } :
      contains([
        for one in jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles : one.widget.xyChart.thresholds[0].value
        if one.widget.title == tile
      ], value)
    ])
    error_message = "The dashboard draws the thresholds of the alerts."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.relay : startswith(policy.documentation[0].links[0].url, "https://wiki.example.com/relay#")])
    error_message = "The runbook is where the variable says."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.relay["requests_fail"].documentation[0].content, "12.5 %")
    error_message = "The alert says its own threshold."
  }
}

run "metrics_tell_few_series_apart" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for metric in google_logging_metric.relay : [
        for label in metric.metric_descriptor[0].labels : contains(["error_code", "event", "kind", "operation", "reason", "result", "settled", "status", "type"], label.key)
      ]
    ]))
    error_message = "A label must have few values: no id of an audience, a user or a request."
  }

  assert {
    condition = alltrue([
      for metric in google_logging_metric.relay :
      toset(metric.metric_descriptor[0].labels[*].key) == toset(keys(metric.label_extractors == null ? {} : metric.label_extractors))
    ])
    error_message = "A label must have what extracts it."
  }

  assert {
    condition = alltrue([
      for metric in google_logging_metric.relay :
      (metric.metric_descriptor[0].value_type == "DISTRIBUTION") == (metric.value_extractor != null) && length(metric.bucket_options) == (metric.value_extractor != null ? 1 : 0)
    ])
    error_message = "A distribution has a value and buckets, and a count has neither."
  }
}

run "tiles_do_not_lie_on_each_other" {
  command = plan

  assert {
    condition = length(distinct([
      for tile in jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles : "${try(tile.xPos, 0)} ${try(tile.yPos, 0)}"
    ])) == length(jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles)
    error_message = "Two tiles have one place."
  }

  assert {
    condition = alltrue([
      for tile in jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles : try(tile.xPos, 0) + tile.width <= 12 && tile.height >= 1
    ])
    error_message = "A tile lies beyond the edge."
  }

  assert {
    condition = [
      for tile in jsondecode(google_monitoring_dashboard.relay.dashboard_json).mosaicLayout.tiles : tile.widget.title if can(tile.widget.sectionHeader)
    ] == ["Intake", "Queue", "Forward", "Third party", "Dead letters", "Instances"]
    error_message = "The sections of the dashboard follow the flow."
  }
}
