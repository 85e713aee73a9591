# Who is told of what. CRITICAL: somebody must act now; page them. WARNING: somebody must act within days, or
# should know; a ticket. The section of the runbook is called like the alert.
#
# These tell of a line of the log as soon as there is one, at most once in `every_seconds` for each value of
# their labels, and close by themselves. monitoring-rules.tf has those that watch numbers.

locals {
  alert_logs = {
    dead_letters_appeared = {
      title         = "Dead letters appeared"
      severity      = "WARNING"
      every_seconds = 3600
      meaning       = "Forward gave something up: the third party refused members for good, the retry window ended, or entries were no valid mutations. It is kept for 31 days and can be replayed."
      first_step    = "List them, by reason."
      log = {
        of     = "forward"
        where  = ["jsonPayload.event=\"dead_letter_published\"", "NOT jsonPayload.dryRun=true"]
        labels = { destination = "EXTRACT(jsonPayload.destination)", reason = "EXTRACT(jsonPayload.reason)" }
      }
    }

    an_audience_failed = {
      title         = "An audience failed"
      severity      = "WARNING"
      every_seconds = 300
      meaning       = "The third party refused an audience, or could not be reached until the retry window ended. It has no segment: what is sent for it waits and becomes dead letters."
      first_step    = "Look at which audience it is, and tell its creator to create it again."
      log = {
        of     = "forward"
        where  = ["jsonPayload.event=\"audience_failed\""]
        labels = { destination = "EXTRACT(jsonPayload.destination)", reason = "EXTRACT(jsonPayload.reason)" }
      }
    }

    a_secret_cannot_be_read = {
      title         = "A secret cannot be read"
      severity      = "WARNING"
      every_seconds = 3600
      meaning       = "Secret Manager does not give a function its secret; the values read before stay in force. An instance that starts now cannot work, and a rotation is not noticed."
      first_step    = "Check that the secret has an enabled version, and who may read it."
      log = {
        of     = "functions"
        where  = ["jsonPayload.errorCode=\"SECRET_UNAVAILABLE\""]
        labels = {}
      }
    }

    # ERROR means that somebody must act. What has an alert of its own, or is counted by one, is left out; so are
    # Cloud Run's own lines about requests, among which are the 503 of instances that end.
    something_unexpected_was_logged = {
      title         = "Something unexpected was logged"
      severity      = "WARNING"
      every_seconds = 3600
      meaning       = "A function wrote an error that no other alert is about: it could not start, ran out of memory, dropped a request, or has a bug."
      first_step    = "Read the line; its errorCode stands in docs/errors.md."
      log = {
        of = "functions"
        where = [
          "severity>=ERROR",
          "NOT logName:\"run.googleapis.com%2Frequests\"",
          "NOT jsonPayload.event=(\"dead_letter_published\" OR \"destination_fault\" OR \"secret_refresh_failed\")",
          "NOT (jsonPayload.event=(\"request_answered\" OR \"delivery_failed\") AND NOT jsonPayload.errorCode=\"INTERNAL\")",
        ]
        labels = { event = "EXTRACT(jsonPayload.event)" }
      }
    }
  }

  alerts = merge(local.alert_logs, local.alert_rules)

  runbook_links = { for key, alert in local.alerts : key => "${var.monitoring.runbook_url}#${replace(lower(alert.title), " ", "-")}" }
}

resource "google_monitoring_alert_policy" "relay" {
  for_each = { for key, alert in local.alerts : key => alert if var.monitoring.alerts }

  project               = var.project_id
  display_name          = "${each.value.title} (${var.prefix})"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = var.monitoring.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.title

    dynamic "condition_prometheus_query_language" {
      for_each = can(each.value.query) ? [each.value] : []

      content {
        query               = trimspace(condition_prometheus_query_language.value.query)
        duration            = "${condition_prometheus_query_language.value.for_seconds}s"
        evaluation_interval = "60s"
        # A metric made of logs is known some minutes after it was created: without this the first apply fails.
        disable_metric_validation = true
      }
    }

    dynamic "condition_matched_log" {
      for_each = can(each.value.log) ? [each.value.log] : []

      content {
        filter           = join(" AND ", concat([local.at_log_of[condition_matched_log.value.of]], condition_matched_log.value.where))
        label_extractors = condition_matched_log.value.labels
      }
    }
  }

  alert_strategy {
    auto_close = can(each.value.log) ? "86400s" : "3600s"

    dynamic "notification_rate_limit" {
      for_each = can(each.value.log) ? [each.value.every_seconds] : []

      content {
        period = "${notification_rate_limit.value}s"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "${var.prefix}: ${each.value.title}"
    content   = <<-EOT
      ${each.value.meaning}

      First step: ${each.value.first_step}

      Runbook: ${local.runbook_links[each.key]}
    EOT

    links {
      display_name = "Runbook: ${each.value.title}"
      url          = local.runbook_links[each.key]
    }
  }
}
