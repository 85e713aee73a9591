# Metrics made of log lines, by their stable event names (shared/log-events.ts). test/terraform/metrics.test.ts
# plays the relay and holds every name and field used here against the lines it really writes.
#
# Without `value` a metric counts lines. With it, it has the spread and the sum of a number that is in them: a
# distribution, of which PromQL knows `_sum`, `_count` and `_bucket`. No label may hold an id: each audience, user
# or request would be a time series of its own. Which forward it is, every metric tells by `service_name`.

locals {
  metrics = {
    # Without a status: the caller hung up.
    requests = {
      description = "Requests to intake and user sync"
      of          = "public"
      events      = ["request_answered", "request_aborted"]
      labels = {
        error_code = "EXTRACT(jsonPayload.errorCode)"
        status     = "EXTRACT(jsonPayload.status)"
        type       = "EXTRACT(jsonPayload.type)"
      }
    }

    request_latency = {
      description = "How long callers waited for an answer, or until they hung up"
      of          = "public"
      events      = ["request_answered", "request_aborted"]
      value       = "EXTRACT(jsonPayload.durationMs)"
      spread      = "answer"
      labels      = { type = "EXTRACT(jsonPayload.type)" }
    }

    # What is answered otherwise is sent again, and would count twice.
    mutations_accepted = {
      description = "Mutations that intake stored"
      of          = "public"
      events      = ["request_answered"]
      where       = ["jsonPayload.status=200", "jsonPayload.accepted>0"]
      value       = "EXTRACT(jsonPayload.accepted)"
      labels      = { type = "EXTRACT(jsonPayload.type)" }
    }

    # Also of a request without any valid entry, which is answered 400.
    entries_rejected = {
      description = "Entries that intake set aside: they are no valid mutations"
      of          = "public"
      events      = ["request_answered"]
      where       = ["jsonPayload.status<500", "jsonPayload.rejected>0"]
      value       = "EXTRACT(jsonPayload.rejected)"
      labels      = { type = "EXTRACT(jsonPayload.type)" }
    }

    # A line sums up what ended within a second. That there are any is what the alert asks.
    deliveries = {
      description = "Summaries of deliveries by forward"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["NOT jsonPayload.dryRun=true"]
      labels = {
        kind    = "EXTRACT(jsonPayload.kind)"
        settled = "EXTRACT(jsonPayload.settled)"
      }
    }

    messages_settled = {
      description = "Messages that forward delivered; what is nacked is delivered again"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.messages)"
      labels = {
        kind    = "EXTRACT(jsonPayload.kind)"
        settled = "EXTRACT(jsonPayload.settled)"
      }
    }

    delivery_age = {
      description = "From publish to outcome: how old messages were when they were acknowledged, the oldest of each second"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["jsonPayload.settled=\"ack\"", "NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.ageMs)"
      spread      = "age"
      labels      = { kind = "EXTRACT(jsonPayload.kind)" }
    }

    # The line of nacked messages has what was delivered of them too, and all of it is delivered again.
    members_delivered = {
      description = "Members that the third party took"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["jsonPayload.settled=\"ack\"", "jsonPayload.delivered>0", "NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.delivered)"
      labels      = { kind = "EXTRACT(jsonPayload.kind)" }
    }

    members_rejected = {
      description = "Members and entries that became dead letters"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["jsonPayload.settled=\"ack\"", "jsonPayload.rejected>0", "NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.rejected)"
      labels      = { kind = "EXTRACT(jsonPayload.kind)" }
    }

    members_skipped = {
      description = "Members of whom there was nothing to send"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["jsonPayload.settled=\"ack\"", "jsonPayload.skipped>0", "NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.skipped)"
      labels      = { kind = "EXTRACT(jsonPayload.kind)" }
    }

    # Each try counts. A delivery that goes back before its members are looked at counts none of them.
    members_retried = {
      description = "Members that the third party wants later, at every try"
      of          = "forward"
      events      = ["delivery_settled"]
      where       = ["jsonPayload.settled=\"nack\"", "jsonPayload.retried>0", "NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.retried)"
      labels      = { kind = "EXTRACT(jsonPayload.kind)" }
    }

    # A creation that was given up on is a letter without members.
    dead_letters = {
      description = "Dead letters (count) and the members in them (sum)"
      of          = "forward"
      events      = ["dead_letter_published"]
      where       = ["NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.members)"
      labels      = { reason = "EXTRACT(jsonPayload.reason)" }
    }

    # Of a success, and where there was no answer, there is no status.
    calls = {
      description = "Calls to the third party with members, by what came of them"
      of          = "forward"
      events      = ["destination_called"]
      where       = ["NOT jsonPayload.dryRun=true"]
      labels = {
        operation = "EXTRACT(jsonPayload.operation)"
        result    = "EXTRACT(jsonPayload.result)"
        status    = "REGEXP_EXTRACT(jsonPayload.reason, \"answered ([0-9]{3}).*\")"
      }
    }

    call_latency = {
      description = "How long the third party took for a call"
      of          = "forward"
      events      = ["destination_called"]
      where       = ["NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.durationMs)"
      spread      = "answer"
      labels      = { result = "EXTRACT(jsonPayload.result)" }
    }

    call_members = {
      description = "Members in a call to the third party"
      of          = "forward"
      events      = ["destination_called"]
      where       = ["NOT jsonPayload.dryRun=true"]
      value       = "EXTRACT(jsonPayload.members)"
      labels      = { operation = "EXTRACT(jsonPayload.operation)" }
    }

    destination_faults = {
      description = "How often the third party began to refuse us"
      of          = "forward"
      events      = ["destination_fault"]
      labels      = { status = "EXTRACT(jsonPayload.status)" }
    }

    destination_pauses = {
      description = "How often the third party was left alone for a while"
      of          = "forward"
      events      = ["destination_paused"]
      labels      = {}
    }

    audiences = {
      description = "Audiences that got their segment, and those that failed"
      of          = "forward"
      events      = ["audience_created", "audience_failed"]
      where       = ["NOT jsonPayload.dryRun=true"]
      labels = {
        event  = "EXTRACT(jsonPayload.event)"
        reason = "EXTRACT(jsonPayload.reason)"
      }
    }

    errors = {
      description = "What broke on our side, by the codes of docs/errors.md"
      of          = "functions"
      events      = ["delivery_failed", "handler_failed", "push_refused", "audience_map_unreadable", "secret_refresh_failed"]
      labels = {
        error_code = "EXTRACT(jsonPayload.errorCode)"
        event      = "EXTRACT(jsonPayload.event)"
      }
    }
  }

  # The bounds of the buckets, by what is measured.
  spreads = {
    age    = { unit = "ms", bounds = [100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 900000, 3600000, 10800000, 21600000, 86400000, 604800000] }
    amount = { unit = "1", bounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000] }
    answer = { unit = "ms", bounds = [5, 10, 25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 2500, 3000, 4000, 6000, 10000, 30000] }
  }

  metric_filters = {
    for key, metric in local.metrics : key => join(" AND ", concat([
      local.at_log_of[metric.of],
      "jsonPayload.event=(${join(" OR ", [for event in metric.events : "\"${event}\""])})",
    ], try(metric.where, [])))
  }
}

resource "google_logging_metric" "relay" {
  for_each = local.metrics

  project          = var.project_id
  name             = "${var.prefix}/${each.key}"
  description      = each.value.description
  filter           = local.metric_filters[each.key]
  value_extractor  = try(each.value.value, null)
  label_extractors = length(each.value.labels) > 0 ? each.value.labels : null

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = can(each.value.value) ? "DISTRIBUTION" : "INT64"
    unit        = local.spreads[try(each.value.spread, "amount")].unit

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key = labels.key
        # A number, so that 200 is not also known as 200.0; where there is none it is 0.
        value_type = labels.key == "status" ? "INT64" : "STRING"
      }
    }
  }

  dynamic "bucket_options" {
    for_each = can(each.value.value) ? [local.spreads[try(each.value.spread, "amount")].bounds] : []

    content {
      explicit_buckets {
        bounds = bucket_options.value
      }
    }
  }
}

# Cloud Scheduler has no metric of its own. A sweep that is held open until its deadline has not failed: there was
# work all the time.
resource "google_logging_metric" "sweep_failures" {
  project     = var.project_id
  name        = "${var.prefix}/sweep_failures"
  description = "Sweeps that forward did not answer with 2xx"
  filter = join(" AND ", [
    "resource.type=\"cloud_scheduler_job\"",
    "resource.labels.job_id=(${join(" OR ", [for name in local.sweep_jobs : "\"${name}\""])})",
    "jsonPayload.\"@type\"=\"type.googleapis.com/google.cloud.scheduler.logging.AttemptFinished\"",
    "severity>=ERROR",
    "NOT jsonPayload.status=\"DEADLINE_EXCEEDED\"",
  ])
  label_extractors = { reason = "EXTRACT(jsonPayload.status)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key        = "reason"
      value_type = "STRING"
    }
  }
}
