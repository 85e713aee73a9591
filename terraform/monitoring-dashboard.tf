# Does it flow, how late, what is refused? A tile is a question, and the queries that answer it by what they are
# called in the chart; add one to a section, and monitoring-layout.tf finds its place. `bars` are amounts in an
# interval; lines are states, times and rates.

locals {
  dashboard_sections = [
    {
      title = "Intake"
      says  = "What Mapp sends, and what it is answered"
      tiles = [
        {
          title   = "Does Mapp get through?"
          bars    = true
          queries = { "" = "sum by (type, status) (increase({\"${local.series.requests}\", ${local.at.intake}}[${local.interval}]))" }
        },
        {
          title = "How long does Mapp wait for an answer?"
          unit  = "ms"
          queries = { for name, quantile in local.quantiles : name =>
            "histogram_quantile(${quantile}, sum by (le) (rate({\"${local.series.request_latency}_bucket\", ${local.at.intake}, type=~\"${local.quick_types}\"}[${local.interval}])))"
          }
          limits = { "alert" = var.monitoring.intake_p99_ms }
        },
        {
          title = "How long does creating an audience take?"
          unit  = "ms"
          queries = { for name, quantile in local.quantiles : name =>
            "histogram_quantile(${quantile}, sum by (le) (rate({\"${local.series.request_latency}_bucket\", ${local.at.intake}, type=\"CREATE_AUDIENCE\"}[${local.interval}])))"
          }
          limits = { "alert" = var.monitoring.create_p99_ms }
        },
        {
          title = "How many mutations come in?"
          bars  = true
          queries = {
            accepted = "sum(increase({\"${local.series.mutations_accepted}_sum\", ${local.at.intake}}[${local.interval}]))"
            rejected = "sum(increase({\"${local.series.entries_rejected}_sum\", ${local.at.intake}}[${local.interval}]))"
          }
        },
        {
          title   = "Why are requests refused?"
          bars    = true
          queries = { "" = "sum by (error_code) (increase({\"${local.series.requests}\", ${local.at.intake}, error_code=~\".+\"}[${local.interval}]))" }
        },
        {
          title   = "Do audiences get their segments?"
          bars    = true
          queries = { "" = "sum by (service_name, event, reason) (increase({\"${local.series.audiences}\", ${local.at.forward}}[${local.interval}]))" }
        },
      ]
    },
    {
      title = "Queue"
      says  = "What is stored and not yet with the third party"
      tiles = [
        {
          title   = "How old is the oldest message?"
          unit    = "s"
          queries = { "" = "max by (subscription_id) ({\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\", ${local.at.queue}})" }
          limits  = { "alert" = var.monitoring.oldest_unacked_seconds }
        },
        {
          title   = "How many messages wait?"
          queries = { "" = "sum by (subscription_id) ({\"pubsub.googleapis.com/subscription/num_undelivered_messages\", ${local.at.queue}})" }
        },
        {
          title = "Does forward pull, and acknowledge in time?"
          bars  = true
          queries = { for name, metric in { acknowledged = "ack_message_count", "lease ended" = "expired_ack_deadlines_count", pulled = "sent_message_count" } : "${name} $${subscription_id}" =>
            "sum by (subscription_id) (increase({\"pubsub.googleapis.com/subscription/${metric}\", ${local.at.pull}}[${local.interval}]))"
          }
        },
        {
          title   = "How does forward answer wakes and control messages?"
          bars    = true
          queries = { "" = "sum by (subscription_id, response_class) (increase({\"pubsub.googleapis.com/subscription/push_request_count\", ${local.at.pushes}}[${local.interval}]))" }
        },
        {
          title   = "Does the sweep fail?"
          bars    = true
          queries = { "" = "sum by (job_id, reason) (increase({\"${local.series.sweep_failures}\", ${local.at.sweeps}}[${local.interval}]))" }
        },
        {
          title   = "Does Pub/Sub take what intake publishes?"
          bars    = true
          queries = { "" = "sum by (topic_id, response_class) (increase({\"pubsub.googleapis.com/topic/send_request_count\", ${local.at.topics}}[${local.interval}]))" }
        },
      ]
    },
    {
      title = "Forward"
      says  = "On its way from the queue to the third party"
      tiles = [
        {
          title = "What became of the members?"
          bars  = true
          queries = { for outcome in ["delivered", "rejected", "skipped"] : "${outcome} $${service_name}" =>
            "sum by (service_name) (increase({\"${local.series["members_${outcome}"]}_sum\", ${local.at.forward}}[${local.interval}]))"
          }
        },
        {
          title = "How late do members arrive?"
          unit  = "ms"
          queries = { for name, quantile in local.quantiles : "${name} $${service_name}" =>
            "histogram_quantile(${quantile}, sum by (le, service_name) (rate({\"${local.series.delivery_age}_bucket\", ${local.at.forward}, kind=\"mutations\"}[${local.interval}])))"
          }
        },
        {
          title   = "How many messages go well, how many go back?"
          bars    = true
          queries = { "" = "sum by (service_name, settled) (increase({\"${local.series.messages_settled}_sum\", ${local.at.forward}}[${local.interval}]))" }
        },
        {
          title   = "What breaks on our side?"
          bars    = true
          queries = { "" = "sum by (service_name, event, error_code) (increase({\"${local.series.errors}\", ${local.at.functions}}[${local.interval}]))" }
        },
      ]
    },
    {
      title = "Third party"
      says  = "How it takes our calls"
      tiles = [
        {
          title   = "How does the third party answer?"
          bars    = true
          queries = { "" = "sum by (service_name, result, status) (increase({\"${local.series.calls}\", ${local.at.forward}}[${local.interval}]))" }
        },
        {
          title = "How long does the third party take?"
          unit  = "ms"
          queries = { for name, quantile in local.quantiles : "${name} $${service_name}" =>
            "histogram_quantile(${quantile}, sum by (le, service_name) (rate({\"${local.series.call_latency}_bucket\", ${local.at.forward}}[${local.interval}])))"
          }
        },
        {
          title   = "How many members share a call?"
          queries = { "" = "sum by (service_name) (rate({\"${local.series.call_members}_sum\", ${local.at.forward}}[${local.interval}])) / sum by (service_name) (rate({\"${local.series.call_members}_count\", ${local.at.forward}}[${local.interval}]))" }
        },
        {
          title   = "How many members does it want later?"
          bars    = true
          queries = { "" = "sum by (service_name) (increase({\"${local.series.members_retried}_sum\", ${local.at.forward}}[${local.interval}]))" }
        },
        {
          title = "Is it left alone, or does it refuse us?"
          bars  = true
          queries = {
            "refuses us: $${service_name} ($${status})" = "sum by (service_name, status) (increase({\"${local.series.destination_faults}\", ${local.at.forward}}[${local.interval}]))"
            "left alone: $${service_name}"              = "sum by (service_name) (increase({\"${local.series.destination_pauses}\", ${local.at.forward}}[${local.interval}]))"
          }
        },
      ]
    },
    {
      title = "Dead letters"
      says  = "What was given up on, and waits for somebody"
      tiles = [
        {
          title   = "Which members were given up on?"
          bars    = true
          queries = { "" = "sum by (service_name, reason) (increase({\"${local.series.dead_letters}_sum\", ${local.at.forward}}[${local.interval}]))" }
        },
        {
          title   = "How many dead letters wait?"
          queries = { "" = "sum({\"pubsub.googleapis.com/subscription/num_undelivered_messages\", ${local.at.dead_letters}})" }
        },
        {
          title   = "How old is the oldest dead letter?"
          unit    = "s"
          queries = { "" = "max({\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\", ${local.at.dead_letters}})" }
          limits  = { "alert" = 25 * 24 * 60 * 60 }
        },
      ]
    },
    {
      title = "Instances"
      says  = "What it runs on"
      tiles = [
        {
          title   = "How many instances are there?"
          queries = { "" = "sum by (service_name, state) ({\"run.googleapis.com/container/instance_count\", ${local.at.functions}})" }
        },
        {
          title   = "Do they have memory enough?"
          queries = { "p99 $${service_name}" = "histogram_quantile(0.99, sum by (le, service_name) (rate({\"run.googleapis.com/container/memory/utilizations_bucket\", ${local.at.functions}}[${local.interval}])))" }
        },
        {
          title   = "Do they have processor enough?"
          queries = { "p99 $${service_name}" = "histogram_quantile(0.99, sum by (le, service_name) (rate({\"run.googleapis.com/container/cpu/utilizations_bucket\", ${local.at.functions}}[${local.interval}])))" }
        },
        {
          title   = "How long does an instance take to start?"
          unit    = "ms"
          queries = { "p95 $${service_name}" = "histogram_quantile(0.95, sum by (le, service_name) (rate({\"run.googleapis.com/container/startup_latencies_bucket\", ${local.at.functions}}[${local.interval}])))" }
        },
        {
          title   = "How are requests answered, by Cloud Run's count?"
          bars    = true
          queries = { "" = "sum by (service_name, response_code_class) (increase({\"run.googleapis.com/request_count\", ${local.at.functions}}[${local.interval}]))" }
        },
        {
          title = "What do the functions complain of?"
          log   = "${local.at_log_of.functions} AND severity>=ERROR AND NOT logName:\"run.googleapis.com%2Frequests\""
        },
      ]
    },
  ]

  # The dashboard's own, which follows the zoom.
  interval  = "$${__interval}"
  quantiles = { p50 = 0.5, p99 = 0.99 }
}
